import { MAX_BATCH } from './batch-size.ts'
import { insistLater } from './busy.ts'
import type { StoreClock } from './clock.ts'
import { type FaultContext, isBusy, isStorageError, unavailable } from './faults.ts'
import type { File } from './file.ts'
import { type Result, writeTogether } from './transaction.ts'
import type { Waiting } from './waiting.ts'
import type { Write } from './write.ts'

/** Writes on the main thread's own connection. It never waits for a lock. */
export class DirectLane {
  readonly #file: File
  readonly #clock: StoreClock
  readonly #context: FaultContext
  readonly #beforeCommit: ((write: Write) => void) | undefined

  constructor(file: File, clock: StoreClock, context: FaultContext, beforeCommit?: (write: Write) => void) {
    this.#file = file
    this.#clock = clock
    this.#context = context
    this.#beforeCommit = beforeCommit
  }

  /** `false` where another connection holds the write lock: then nothing was tried. */
  tryOne(waiting: Waiting): boolean {
    try {
      this.#conclude(waiting, this.#write([waiting.write])[0] as Result)
      return true
    } catch (error) {
      if (isBusy(error)) return false
      this.#conclude(waiting, { error })
      return true
    }
  }

  /** For a store without a worker: in batches, and the event loop has its turn between them. */
  async writeAll(batch: readonly Waiting[]): Promise<void> {
    for (let from = 0; from < batch.length; from += MAX_BATCH) {
      const part = batch.slice(from, from + MAX_BATCH)
      const results = await this.#insist(part)
      for (const [index, waiting] of part.entries()) this.#conclude(waiting, results[index] as Result)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #insist(part: readonly Waiting[]): Promise<Result[]> {
    try {
      return await insistLater(this.#context.busyTimeoutMs, () => this.#write(part.map(({ write }) => write)))
    } catch (error) {
      return part.map(() => ({ error }))
    }
  }

  #write(writes: readonly Write[]): Result[] {
    const { connection } = this.#file
    const begin = (): void => {
      connection.begin.run()
    }
    const by = { connection, clock: this.#clock, begin }
    return writeTogether(this.#beforeCommit ? { ...by, beforeCommit: this.#beforeCommit } : by, writes)
  }

  #conclude({ resolve, reject }: Waiting, result: Result): void {
    if ('answer' in result) resolve(result.answer)
    else if (isStorageError(result.error)) reject(unavailable(this.#file.afterError(result.error)))
    else reject(result.error)
  }
}
