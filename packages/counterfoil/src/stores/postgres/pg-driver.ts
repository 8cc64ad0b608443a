import { hash } from 'node:crypto'
import type { PgPool, PgPoolClient } from './clients.ts'
import { type Driver, type DriverFacts, type Listener, type Listening, LOCK_MS } from './driver.ts'
import type { Row } from './executor.ts'
import { isSerializationFailure, isUnprepared, NoAnswer, RolledBack, sqlStateOf } from './faults.ts'
import { PgListening } from './pg-listening.ts'
import { retried } from './retried.ts'
import type { TransactionAdapter } from './transaction-adapter.ts'

interface ClientState {
  unreplicated: boolean
  /** When it last answered, or was made. */
  answeredAt: number
}

const RESERVE_AFTER_MS = 250
const RESERVED = 2

export class PgDriver implements Driver {
  readonly facts: DriverFacts = { name: 'pg', seesNotices: true }
  readonly transactions: TransactionAdapter<unknown> = {
    transaction: (run) => this.#transaction(run),
    executor: (tx) => ({
      async query(text, values) {
        const { rows } = await (tx as PgPoolClient).query({ text, values: [...values] })
        return { rows: rows as Row[] }
      },
    }),
  }
  readonly lockTimeoutMs: number = LOCK_MS
  readonly urgent: Driver['urgent'] = {
    lockTimeoutMs: LOCK_MS,
    query: (text, values) => this.#query(text, values, () => this.#connectedSoon()),
  }
  readonly #pool: PgPool
  readonly #owned: boolean
  readonly #answerWithinMs: number
  readonly #known = new WeakMap<PgPoolClient, ClientState>()
  /** When a connection last fell silent. */
  #silentAt = Number.NEGATIVE_INFINITY
  #prepares = true
  #reserve: PgPool | undefined

  constructor(pool: PgPool, owner: 'store' | 'user', answerWithinMs: number) {
    this.#pool = pool
    this.#owned = owner === 'store'
    this.#answerWithinMs = answerWithinMs
  }

  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }> {
    return this.#query(text, values, () => this.#connected(this.#pool, this.#answerWithinMs))
  }

  listen(channel: string, listener: Listener): Listening {
    return new PgListening(this.#pool, channel, listener)
  }

  async close(): Promise<void> {
    await this.#reserve?.end()
    if (this.#owned) await this.#pool.end()
  }

  #query(
    text: string,
    values: readonly unknown[],
    connect: () => Promise<PgPoolClient>,
  ): Promise<{ readonly rows: readonly Row[] }> {
    return retried(this.#answerWithinMs, isSerializationFailure, () => this.#queryOnce(text, values, connect))
  }

  async #queryOnce(
    text: string,
    values: readonly unknown[],
    connect: () => Promise<PgPoolClient>,
  ): Promise<{ readonly rows: readonly Row[] }> {
    const [client, state] = await this.#fresh(connect)
    const until = performance.now() + this.#answerWithinMs
    const named = this.#prepares
    try {
      const statement = { text, values: values as unknown[], ...(named && { name: nameOf(text) }) }
      const { rows } = await this.#inTime(until, 'statement', client.query(statement))
      if (state.unreplicated) await this.#confirm(client, state, until)
      state.answeredAt = performance.now()
      client.release()
      return { rows: rows as Row[] }
    } catch (error) {
      if (error instanceof NoAnswer) this.#silentAt = performance.now()
      // An answer of the server's own leaves it as good as before. Else the statement may still be under way on it, past our
      // bound or the pool's query_timeout, and whoever had it next would wait behind that: it ends with its connection.
      client.release(sqlStateOf(error) === undefined)
      if (!named || !isUnprepared(error)) throw error
      this.#prepares = false
      return await this.#queryOnce(text, values, connect)
    }
  }

  /** Begins, commits or rolls back, on a connection that goes back to the pool only where it is as good as before. */
  async #transaction(run: (client: PgPoolClient) => Promise<void>): Promise<void> {
    const client = await this.#connected(this.#pool, this.#answerWithinMs)
    const state = this.#stateOf(client)
    const tell = (text: string): Promise<{ readonly command?: string }> =>
      this.#inTime(performance.now() + this.#answerWithinMs, 'statement', client.query({ text, values: [] }))
    let spoilt: Error | undefined
    try {
      await tell('BEGIN')
      await run(client)
      const { command } = await tell('COMMIT')
      // What a statement that nobody waited for has spoilt is rolled back by COMMIT, without an error.
      if (command === 'ROLLBACK') throw new RolledBack()
      if (state.unreplicated) await this.#confirm(client, state, performance.now() + this.#answerWithinMs)
    } catch (error) {
      await tell('ROLLBACK').catch((failure: Error) => {
        spoilt = failure
      })
      throw error
    } finally {
      client.release(spoilt)
    }
  }

  /**
   * A network that breaks silences all connections at once: once one didn't answer, those that were idle since before
   * are not asked any more, or each of them would cost another wait.
   */
  async #fresh(connect: () => Promise<PgPoolClient>): Promise<[PgPoolClient, ClientState]> {
    for (;;) {
      const client = await connect()
      const state = this.#stateOf(client)
      if (state.answeredAt > this.#silentAt) return [client, state]
      client.release(true)
    }
  }

  /**
   * The wait for a synchronous replica was cancelled: written here, and perhaps nowhere else. A commit that comes later
   * in the log and is acknowledged acknowledges this one as well.
   */
  async #confirm(client: PgPoolClient, state: ClientState, until: number): Promise<void> {
    while (state.unreplicated) {
      state.unreplicated = false
      await this.#inTime(until, 'replicas', client.query({ text: LATER_COMMIT, values: [] }))
    }
  }

  async #connected(pool: PgPool, withinMs: number): Promise<PgPoolClient> {
    const connecting = pool.connect()
    try {
      return await this.#inTime(performance.now() + withinMs, 'connection', connecting)
    } catch (error) {
      // It may still come, for nobody.
      if (error instanceof NoAnswer) {
        connecting.then(
          (client) => client.release(),
          () => undefined,
        )
      }
      throw error
    }
  }

  /**
   * Handlers may hold all of the pool's connections while they run, and a renewal that waited for them would come after
   * its lease. Where none comes free soon, there are two beside the pool for what a holder writes.
   */
  async #connectedSoon(): Promise<PgPoolClient> {
    try {
      return await this.#connected(this.#pool, Math.min(RESERVE_AFTER_MS, this.#answerWithinMs))
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      this.#reserve ??= reserveOf(this.#pool)
      return await this.#connected(this.#reserve, this.#answerWithinMs)
    }
  }

  async #inTime<T>(until: number, what: NoAnswer['waitedFor'], answer: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    const bound = setTimeout(
      () => reject(new NoAnswer(what, this.#answerWithinMs)),
      until - performance.now(),
    )
    try {
      return await Promise.race([answer, promise])
    } finally {
      clearTimeout(bound)
      answer.catch(() => undefined)
    }
  }

  #stateOf(client: PgPoolClient): ClientState {
    const known = this.#known.get(client)
    if (known !== undefined) return known
    const state: ClientState = { unreplicated: false, answeredAt: performance.now() }
    this.#known.set(client, state)
    // Without a listener, a connection that is lost while we hold it would end the process: the query says it as well.
    client.on('error', () => undefined)
    client.on('notice', ({ routine }) => {
      // The message is in the server's language, and the name of the C function is not.
      if (routine === 'SyncRepWaitForLSN') state.unreplicated = true
    })
    return state
  }
}

/** Another pool like it, password and all: options that are spread lose it, since it can't be enumerated. */
function reserveOf(pool: PgPool): PgPool {
  const { constructor: Pool } = pool as unknown as {
    readonly constructor: new (
      options: object,
    ) => PgPool & {
      readonly options: { max: number; allowExitOnIdle: boolean }
      on(event: 'error', listener: () => void): void
    }
  }
  const reserve = new Pool(pool.options)
  Object.assign(reserve.options, { max: RESERVED, min: 0, allowExitOnIdle: true })
  reserve.on('error', () => undefined)
  return reserve
}

/** Writes to the log and to nothing else, as a transaction: its commit waits for the replicas. */
const LATER_COMMIT = `SELECT pg_logical_emit_message(true, 'counterfoil', '')`

const names = new Map<string, string>()

function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `counterfoil_${hash('sha256', text, 'hex').slice(0, 32)}`
  names.set(text, name)
  return name
}
