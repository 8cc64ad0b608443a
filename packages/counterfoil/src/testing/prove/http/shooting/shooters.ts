import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { pack, type ShooterOrder, type ShooterReport } from './messages.ts'
import { monotonicMs } from './monotonic.ts'
import type { Destination, Shot } from './shot.ts'
import { type Flying, Volley } from './volley.ts'

/** For the order to reach every process before the moment it names. */
const BARRIER_MS = 25

/** The processes that a proof's requests come from: one set for the whole proof. */
export class Shooters {
  readonly #children: readonly ChildProcess[]
  readonly #volleys = new Map<number, Volley>()
  #count = 0
  #turn = 0
  #lost: Error | undefined

  constructor(processes: number, destination: Destination) {
    this.#children = Array.from({ length: processes }, (_, index) => {
      const child = start()
      child.on('message', (report: ShooterReport) => this.#hear(index, report))
      child.on('exit', (code, signal) => this.#lose(`${signal ?? `exit code ${code}`}`))
      child.on('error', ({ message }) => this.#lose(message))
      tell(child, { order: 'aim', destination, index })
      return child
    })
  }

  /**
   * Sends them all: each from the process whose turn it is, on a connection that stands already, and released at one
   * moment of the clock that the processes share.
   */
  async fire(shots: readonly Shot[]): Promise<readonly Flying[]> {
    if (this.#lost) throw this.#lost
    this.#count += 1
    const id = this.#count
    const shares = this.#share(shots.length)
    const volley = new Volley(shots.length, new Map(shares.map(({ index, places }) => [index, places])))
    this.#volleys.set(id, volley)
    for (const { child, places } of shares) {
      const { packed, bodies } = pack(places.map((place) => shots[place] as Shot))
      tell(child, { order: 'load', volley: id, shots: packed, bodies })
    }
    await volley.loaded
    const at = monotonicMs() + (shots.length > 1 ? BARRIER_MS : 0)
    for (const { child } of shares) tell(child, { order: 'fire', volley: id, at })
    return volley.flying
  }

  async close(): Promise<void> {
    this.#lost = new Error('The proof is over.')
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const gone = once(child, 'exit')
        if (child.connected) child.disconnect()
        else child.kill('SIGKILL')
        await gone
      }),
    )
  }

  /** The next shot comes from another process than the last one's. */
  #share(shots: number): Share[] {
    const shares = new Map<number, number[]>()
    for (let place = 0; place < shots; place += 1) {
      const index = this.#turn % this.#children.length
      this.#turn += 1
      const places = shares.get(index)
      if (places === undefined) shares.set(index, [place])
      else places.push(place)
    }
    return [...shares].map(([index, places]) => ({
      index,
      child: this.#children[index] as ChildProcess,
      places,
    }))
  }

  #hear(index: number, report: ShooterReport): void {
    const volley = this.#volleys.get(report.volley)
    volley?.hear(index, report)
    if (volley?.over) this.#volleys.delete(report.volley)
  }

  #lose(why: string): void {
    this.#lost ??= new Error(`One of the processes that send the requests is gone (${why}).`)
    for (const volley of this.#volleys.values()) volley.fail(this.#lost)
    this.#volleys.clear()
  }
}

/** Which places of a volley are a process's. */
interface Share {
  readonly index: number
  readonly child: ChildProcess
  readonly places: readonly number[]
}

function start(): ChildProcess {
  return fork(new URL('./shooter.ts', import.meta.url), {
    // None of the application's loaders and hooks: it sends requests, and nothing else.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

/** A process that can't be told is gone, and its exit says so. */
function tell(child: ChildProcess, order: ShooterOrder): void {
  child.send(order, () => {})
}
