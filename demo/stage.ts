import { type Effect, Ledger } from './ledger.ts'
import type { Answer, Order } from './messages.ts'
import type { Place } from './place.ts'
import type { Screen } from './screen.ts'
import { counted, fault } from './tally.ts'
import { type Calling, WorkerProcess } from './worker-process.ts'

/** Fewer calls need no progress line. */
const MANY = 10

/** A process that is no worker. */
interface Closable {
  close(): Promise<void>
  kill(): Promise<void>
}

/** Where a scenario plays: its processes, the ledger, and what there is to see. */
export class Stage {
  readonly #scenario: string
  readonly place: Place
  readonly #screen: Screen
  readonly #ledger: Ledger
  readonly #effectsBefore: number
  readonly #workers: WorkerProcess[] = []
  readonly #others: Closable[] = []
  readonly #callings: Calling[] = []
  readonly #faults: string[] = []
  #waiting = 0
  #answered = 0
  #notShown: string | null = null

  constructor(scenario: string, place: Place, screen: Screen) {
    this.#scenario = scenario
    this.place = place
    this.#screen = screen
    this.#ledger = new Ledger(place.folder)
    this.#effectsBefore = this.#ledger.read().length
  }

  /** Starts a process with one of the scenario's services. */
  async start(service: string): Promise<WorkerProcess> {
    const worker = new WorkerProcess({
      name: `process ${this.#workers.length + 1}`,
      args: [this.place.folder, this.place.storeUrl, this.#scenario, service],
      onCall: (calling) => this.#callings.push(calling),
      onReport: (report) => {
        if (report.say === 'answer') this.#answered += 1
        else if (report.say === 'happened' && report.what === 'waiting') this.#waiting += 1
        else return
        this.#showProgress()
      },
    })
    this.#workers.push(worker)
    await worker.ready()
    return worker
  }

  startPair(service: string): Promise<readonly [WorkerProcess, WorkerProcess]> {
    return Promise.all([this.start(service), this.start(service)])
  }

  startAll(service: string, processes: number): Promise<readonly WorkerProcess[]> {
    return Promise.all(Array.from({ length: processes }, () => this.start(service)))
  }

  /** Another process of the scenario: it ends with it, those that came last first. */
  async adopt<T extends Closable>(starting: Promise<T>): Promise<T> {
    const started = await starting
    this.#others.unshift(started)
    return started
  }

  /**
   * Equal calls from several processes, started together. Whoever got as far as the effect is held there until all the
   * others are on their way too, so that they really are simultaneous, however busy the machine is.
   */
  async storm(workers: readonly WorkerProcess[], callsEach: number, order: Order): Promise<void> {
    const before = workers.map(({ inside }) => inside)
    const waitingBefore = this.#waiting
    const held: Order = { ...order, holdAt: 'effect_began' }
    const callings = (await Promise.all(workers.map((worker) => worker.stand(held, callsEach)))).flat()
    this.say(
      `${workers.length} processes stand at the barrier, each with ${counted(callsEach, 'call')}: they go`,
    )
    for (const worker of workers) worker.go()
    await Promise.all(workers.map((worker, at) => worker.untilInside((before[at] ?? 0) + callsEach)))
    const waiting = this.#waiting - waitingBefore
    this.say(`${counted(waiting, 'call')} waiting, ${callings.length - waiting} in the effect: it goes on`)
    for (const worker of workers) worker.goOn()
    await Promise.all(callings.map(({ answer }) => answer))
  }

  say(text: string): void {
    this.#screen.step(text)
  }

  /** A fact that must be so, beside the counts. */
  check(what: string, seen: number | string | undefined, expected: number | string | undefined): void {
    this.#faults.push(...fault(what, seen, expected))
  }

  /** It can't be shown on this system, and is not judged. */
  skip(why: string): void {
    this.#notShown = why
  }

  /** The lines that this scenario has left in the ledger. */
  effects(): readonly Effect[] {
    return this.#ledger.read().slice(this.#effectsBefore)
  }

  get faults(): readonly string[] {
    return this.#faults
  }

  /** Why it could not be shown on this system; `null` where it was. */
  get notShown(): string | null {
    return this.#notShown
  }

  /** Lets every process finish, and end. */
  async close(): Promise<void> {
    for (const { answer } of this.#callings) await answer
    for (const process of [...this.#workers, ...this.#others]) await process.close()
  }

  /** Ends every process at once. */
  async kill(): Promise<void> {
    for (const process of [...this.#workers, ...this.#others]) await process.kill()
  }

  /** What all calls got, once every process has ended. */
  answers(): Promise<readonly { readonly order: Order; readonly answer: Answer }[]> {
    const unanswered: Answer = { got: 'nothing' }
    return Promise.all(
      this.#callings.map(async ({ order, answer }) => ({
        order,
        answer: await answer.catch(() => unanswered),
      })),
    )
  }

  #showProgress(): void {
    if (this.#callings.length < MANY) return
    const calls = counted(this.#callings.length, 'call')
    this.#screen.progress(
      this.#answered > 0 ? `${this.#answered} of ${calls} answered` : `${this.#waiting} of ${calls} waiting`,
    )
  }
}
