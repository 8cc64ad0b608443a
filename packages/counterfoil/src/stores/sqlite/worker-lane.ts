import { Worker } from 'node:worker_threads'
import type { StoreClock } from './clock.ts'
import { type FaultContext, unavailable } from './faults.ts'
import { fullAnswer, type Posted, type Reply, resultsIn } from './messages.ts'
import { pack } from './packing.ts'
import type { Waiting } from './waiting.ts'

/** Writes that are grouped in the worker. It is started when first needed, and again after it was lost. */
export class WorkerLane {
  readonly #context: FaultContext
  readonly #clock: StoreClock
  #worker: Worker | undefined
  #waiting: Waiting[] = []
  #onIdle: (() => void)[] = []

  constructor(context: FaultContext, clock: StoreClock) {
    this.#context = context
    this.#clock = clock
  }

  get idle(): boolean {
    return this.#waiting.length === 0
  }

  send(batch: readonly Waiting[]): void {
    this.#worker ??= this.#start()
    const packed = pack(
      this.#clock.now(),
      batch.map(({ write }) => write),
    )
    this.#worker.postMessage(packed satisfies Posted, [packed.bytes.buffer])
    // A script may end while the worker is idle, and not while it owes an answer.
    this.#worker.ref()
    this.#waiting.push(...batch)
  }

  /** Everything sent is answered. */
  async settled(): Promise<void> {
    if (!this.idle) await new Promise<void>((resolve) => this.#onIdle.push(resolve))
  }

  async close(): Promise<void> {
    await this.settled()
    const worker = this.#worker
    if (worker === undefined) return
    this.#worker = undefined
    worker.removeAllListeners()
    worker.ref()
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve())
      worker.once('error', () => resolve())
      worker.postMessage('close' satisfies Posted)
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#context,
      name: 'counterfoil-sqlite',
      // None of the application's loaders and hooks: it writes to one file, and nothing else.
      execArgv: [],
    })
    worker.on('message', (reply: Reply) => this.#answer(reply))
    worker.on('error', () => this.#lose(worker))
    worker.on('exit', () => this.#lose(worker))
    return worker
  }

  #answer(reply: Reply): void {
    this.#clock.observe(reply.latest)
    const results = resultsIn(reply)
    const answered = this.#waiting.splice(0, results.length)
    if (this.idle) this.#rest()
    answered.forEach(({ write, resolve, reject }, index) => {
      const result = results[index]
      if (result !== undefined && 'answer' in result) resolve(fullAnswer(write, result.answer))
      else if (result !== undefined) reject(unavailable(result.fault))
    })
  }

  #rest(): void {
    this.#worker?.unref()
    for (const resolve of this.#onIdle.splice(0)) resolve()
  }

  /** What it had under way may or may not have been written: its callers send it again, and it counts once. */
  #lose(worker: Worker): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const lost = this.#waiting.splice(0)
    this.#rest()
    const advice = `lost the thread that writes to ${this.#context.path}; send the request again: it counts once`
    for (const { reject } of lost) reject(unavailable({ fault: 'failed', advice }))
  }
}
