import type { PostgresClient, PostgresTransaction } from './clients.ts'
import { type Driver, type DriverFacts, type Listener, type Listening, LOCK_MS } from './driver.ts'
import type { Row } from './executor.ts'
import { isSerializationFailure, isUnprepared, NoAnswer } from './faults.ts'
import { retried } from './retried.ts'
import type { TransactionAdapter } from './transaction-adapter.ts'

export class PostgresDriver implements Driver {
  readonly facts: DriverFacts = { name: 'postgres', seesNotices: false }
  readonly transactions: TransactionAdapter<unknown> = {
    transaction: (run) => this.#sql.begin(run),
    executor: (tx) => ({
      query: async (text, values) => ({
        rows: await (tx as PostgresTransaction).unsafe(text, [...values]),
      }),
    }),
    // It fails a transaction in which any statement has failed, but for those in a savepoint that it has made.
    savepoint: (tx, run) => (tx as PostgresTransaction).savepoint(run),
  }
  readonly lockTimeoutMs: number = LOCK_MS
  /** It queues statements by itself, and keeps no connection for anybody. */
  readonly urgent: Driver['urgent'] = this
  readonly #sql: PostgresClient
  readonly #answerWithinMs: number
  #prepares: boolean

  constructor(sql: PostgresClient, answerWithinMs: number) {
    this.#sql = sql
    this.#answerWithinMs = answerWithinMs
    this.#prepares = !('prepare' in sql.options) || sql.options.prepare !== false
  }

  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }> {
    return retried(this.#answerWithinMs, isSerializationFailure, () => this.#queryOnce(text, values))
  }

  listen(channel: string, listener: Listener): Listening {
    const subscribed = this.#sql.listen(
      channel,
      (payload) => listener.heard(payload),
      () => listener.listening(),
    )
    subscribed.then(undefined, () => listener.lost())
    return {
      stop: async () => {
        await subscribed.then(
          ({ unlisten }) => unlisten().catch(() => undefined),
          () => undefined,
        )
      },
    }
  }

  /** The client is the user's. */
  async close(): Promise<void> {}

  async #queryOnce(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }> {
    const prepare = this.#prepares
    try {
      return { rows: await this.#inTime(this.#sql.unsafe(text, values as unknown[], { prepare })) }
    } catch (error) {
      if (!prepare || !isUnprepared(error)) throw error
      this.#prepares = false
      return await this.#queryOnce(text, values)
    }
  }

  async #inTime<T>(query: PromiseLike<T> & { cancel(): void }): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    const bound = setTimeout(() => {
      query.cancel()
      reject(new NoAnswer('statement', this.#answerWithinMs))
    }, this.#answerWithinMs)
    try {
      return await Promise.race([query, promise])
    } finally {
      clearTimeout(bound)
    }
  }
}
