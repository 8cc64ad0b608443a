import type { DirectLane } from './direct-lane.ts'
import type { Waiting } from './waiting.ts'
import type { WorkerLane } from './worker-lane.ts'
import type { Answer, Answers, Write } from './write.ts'

/**
 * Every write goes through here. What arrives in one turn of the event loop goes together: one write alone, while
 * nothing is under way, straight to the file on this thread, which is the quickest; several, or while the worker is
 * busy, into the worker, where they share a transaction and the event loop doesn't wait for the disk.
 */
export class Writer {
  readonly #direct: DirectLane
  /** `undefined`: everything goes on this thread. */
  readonly #worker: WorkerLane | undefined
  #queue: Waiting[] = []
  readonly #acts: (() => Promise<void>)[] = []
  #turn: Promise<void> | undefined
  /** What the worker could not be given. */
  #alone: Promise<unknown> | undefined

  constructor(direct: DirectLane, worker: WorkerLane | undefined) {
    this.#direct = direct
    this.#worker = worker
  }

  write<W extends Write>(write: W): Promise<Answers[W['do']]> {
    return new Promise<Answers[W['do']]>((resolve, reject) => {
      this.#queue.push({ write, resolve: resolve as (answer: Answer) => void, reject })
      this.#turn ??= this.#nextTurn()
    })
  }

  /**
   * Runs `act` while nothing of this process is being written, so that it only waits for other processes: a thread that
   * has one transaction after the other would hardly ever leave the lock to it.
   */
  alone<T>(act: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#acts.push(() => act().then(resolve, reject))
      this.#turn ??= this.#nextTurn()
    })
  }

  /** Everything written so far is answered. */
  async close(): Promise<void> {
    while (this.#turn !== undefined) await this.#turn
    await this.#alone
    await this.#worker?.close()
  }

  async #nextTurn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#queue.length > 0 || this.#acts.length > 0) {
      await this.#actAlone()
      const batch = this.#queue
      if (batch.length === 0) continue
      this.#queue = []
      if (this.#worker === undefined) await this.#direct.writeAll(batch)
      else this.#dispatch(this.#worker, batch)
    }
    this.#turn = undefined
  }

  async #actAlone(): Promise<void> {
    const act = this.#acts.shift()
    if (act === undefined) return
    await this.#alone
    await this.#worker?.settled()
    await act()
    await new Promise((resolve) => setImmediate(resolve))
  }

  #dispatch(worker: WorkerLane, batch: readonly Waiting[]): void {
    const [only] = batch
    if (batch.length === 1 && only !== undefined && worker.idle && only.write.do !== 'sweep') {
      if (this.#direct.tryOne(only)) return
    }
    try {
      worker.send(batch)
    } catch {
      // The thread couldn't be started, or there was no memory to send to it: each goes alone, on this thread.
      this.#alone = Promise.all([this.#alone, this.#direct.writeAll(batch)])
    }
  }
}
