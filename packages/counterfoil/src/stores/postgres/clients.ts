import type { Row } from './executor.ts'

/** What is used of a `pg.Pool`, so that its types are nobody's dependency. */
export interface PgPool {
  connect(): Promise<PgPoolClient>
  end(): Promise<void>
  readonly options: object
}

export interface PgPoolClient {
  query(query: {
    readonly text: string
    readonly values: unknown[]
    readonly name?: string
  }): Promise<{ readonly rows: unknown[] }>
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
  readonly options: object
}
