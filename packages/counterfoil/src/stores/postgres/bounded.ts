import type { Executor } from './executor.ts'
import { NoAnswer, StatementFailed } from './faults.ts'

/** Each statement within a bound; what goes wrong with one is a `StatementFailed`. */
export function bounded(executor: Executor, ms: number): Executor {
  return {
    async query(text, values) {
      const bound = new Bound(ms)
      bound.start('statement')
      try {
        return await bound.race(executor.query(text, values))
      } catch (error) {
        throw new StatementFailed(error)
      }
    },
  }
}

/** A time that starts when it is told to, and that ends a race once it is over. */
export class Bound {
  readonly #ms: number
  readonly #over = Promise.withResolvers<never>()
  #fired: NoAnswer | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number) {
    this.#ms = ms
    this.#over.promise.catch(() => undefined)
  }

  start(what: NoAnswer['waitedFor']): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#fired = new NoAnswer(what, this.#ms)
      this.#over.reject(this.#fired)
    }, this.#ms)
  }

  /** @throws {NoAnswer} where it is over already. */
  stop(): void {
    clearTimeout(this.#timer)
    if (this.#fired !== undefined) throw this.#fired
  }

  async race<T>(promise: PromiseLike<T>): Promise<T> {
    promise.then(undefined, () => undefined)
    try {
      return await Promise.race([promise, this.#over.promise])
    } finally {
      clearTimeout(this.#timer)
    }
  }
}
