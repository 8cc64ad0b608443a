import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answer, Happening, Instruction, Order, Report } from './messages.ts'
import { WatchedProcess } from './watched-process.ts'
import { within } from './within.ts'

/** A call that a worker process makes. */
export interface Calling {
  readonly order: Order
  readonly answer: Promise<Answer>
  /** The caller goes away: its `AbortSignal` fires in the worker. */
  giveUp(): void
}

/** A worker process, as seen from the parent. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #watched: WatchedProcess
  readonly #name: string
  readonly #onCall: (calling: Calling) => void
  readonly #onReport: (report: Report) => void
  readonly #answering = new Map<number, (answer: Answer) => void>()
  #ids = 0

  constructor(of: {
    readonly name: string
    /** For the worker: the folder, the store's URL, the scenario, the service. */
    readonly args: readonly string[]
    readonly onCall: (calling: Calling) => void
    readonly onReport: (report: Report) => void
  }) {
    this.#name = of.name
    this.#onCall = of.onCall
    this.#onReport = of.onReport
    this.#child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), of.args, {
      execArgv: ['--conditions=@counterfoil/source', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#watched = new WatchedProcess(of.name, this.#child, () => {
      for (const answer of this.#answering.values()) answer({ got: 'nothing' })
    })
    this.#child.on('message', (report: Report) => this.#heard(report))
  }

  ready(): Promise<void> {
    return this.#watched.until('ready')
  }

  call(order: Order): Calling {
    const [calling] = this.#prepare(order, 1) as [Calling]
    this.go()
    return calling
  }

  /** So many equal calls at the barrier: they start together, at `go`. */
  async stand(order: Order, calls: number): Promise<readonly Calling[]> {
    const before = this.count('standing')
    const callings = this.#prepare(order, calls)
    await this.#watched.until('standing', before + 1)
    return callings
  }

  go(): void {
    this.#tell({ do: 'go' })
  }

  /** The effect that was held goes on. */
  goOn(): void {
    this.#tell({ do: 'go_on' })
  }

  /** Resolves once this has happened in the worker so many times, counted from its start. */
  until(what: Happening, times = 1): Promise<void> {
    return this.#watched.until(what, times)
  }

  /** How many calls have got as far as their effect, or to waiting for another's, or to an answer. */
  get inside(): number {
    return this.count('effect_began') + this.count('waiting') + this.count('answer')
  }

  /** Resolves once `inside` has come to this number. */
  untilInside(calls: number): Promise<void> {
    return this.#watched.wait(`${this.#name} did not get all its calls under way`, () => this.inside >= calls)
  }

  /** How often this has happened in the worker so far. */
  count(what: string): number {
    return this.#watched.count(what)
  }

  /** `kill -9`, and its end. */
  kill(): Promise<void> {
    return this.#watched.kill()
  }

  /** SIGSTOP: not dead, but it neither runs nor renews its lease, and knows nothing of it. */
  freeze(): void {
    this.#tell({ do: 'freeze' })
  }

  /** SIGCONT. */
  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** Lets what runs finish, and its end. */
  async close(): Promise<void> {
    if (this.#watched.ended === undefined) this.#tell({ do: 'close' })
    await this.#watched.untilEnded()
  }

  #prepare(order: Order, calls: number): readonly Calling[] {
    const ids = Array.from({ length: calls }, () => ++this.#ids)
    this.#tell({ do: 'stand', calls: ids.map((id) => ({ id, order })) })
    return ids.map((id) => {
      const answer = new Promise<Answer>((resolve) => this.#answering.set(id, resolve))
      const calling = {
        order,
        answer: within(answer, `${this.#name} did not answer the call with the key '${order.key}'`),
        giveUp: () => this.#tell({ do: 'give_up', id }),
      }
      calling.answer.catch(() => undefined) // whoever waits for it is told
      this.#onCall(calling)
      return calling
    })
  }

  #tell(instruction: Instruction): void {
    if (this.#child.connected) this.#child.send(instruction)
  }

  #heard(report: Report): void {
    if (report.say === 'answer') this.#answering.get(report.id)?.(report.answer)
    this.#watched.happened(report.say === 'happened' ? report.what : report.say)
    this.#onReport(report)
  }
}
