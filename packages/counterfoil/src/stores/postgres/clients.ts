import type { Row } from './executor.ts'

/** What is used of a `pg.Pool`, so that its types are nobody's dependency. */
export interface PgPool {
  connect(): Promise<PgPoolClient>
  end(): Promise<void>
  readonly options: object
}

/**
 * The client that a pool's `connect()` promises: `pg.PoolClient` itself. Of its two signatures the first is the one with a
 * promise, and only a type with two is compared with both.
 */
export type PgClientOf<Pool> = Pool extends {
  connect: { (): Promise<infer Client>; (callback: never): void }
}
  ? Client
  : Pool extends { connect(): Promise<infer Client> }
    ? Client
    : never

/** What a `postgres` client's `begin` gives: its `TransactionSql`. */
export type PostgresTransactionOf<Sql> = Sql extends {
  begin: { (run: (tx: infer Tx) => never): unknown; (options: string, run: never): unknown }
}
  ? Tx
  : never

/** What is used of a `postgres` client's transactions. */
export interface PostgresTransaction {
  unsafe(text: string, values?: unknown[]): PromiseLike<readonly Row[]>
  savepoint(run: (inner: unknown) => Promise<void>): Promise<unknown>
}

export interface PgPoolClient {
  query(query: {
    readonly text: string
    readonly values: unknown[]
    readonly name?: string
  }): Promise<{ readonly rows: unknown[]; readonly command?: string }>
  release(error?: Error | boolean): void
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'notice', listener: (notice: { readonly routine?: string | undefined }) => void): unknown
}

/** What is used of a `postgres` client, so that its types are nobody's dependency. */
export interface PostgresClient {
  unsafe(
    text: string,
    // biome-ignore lint/suspicious/noExplicitAny: its own type of values is its own.
    values?: any[],
    options?: { readonly prepare?: boolean },
  ): PromiseLike<readonly Row[]> & { cancel(): void }
  listen(
    channel: string,
    heard: (payload: string) => void,
    listening?: () => void,
  ): PromiseLike<{ unlisten(): Promise<void> }>
  // biome-ignore lint/suspicious/noExplicitAny: its own transactions are its own.
  begin(run: (tx: any) => Promise<void>): Promise<unknown>
  readonly options: object
}
