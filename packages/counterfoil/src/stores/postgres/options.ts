import { OptionInvalid } from '../../core/index.ts'
import type { PgClientOf, PgPool, PgPoolClient, PostgresClient, PostgresTransactionOf } from './clients.ts'
import type { NameOptions } from './names.ts'
import type { TransactionAdapter } from './transaction-adapter.ts'

export interface PostgresStoreOptions extends NameOptions {
  /** Create or upgrade the tables at the first call. Default false: a service does not change a database unasked. */
  readonly migrate?: boolean
  /** The longest that one statement may take, its wait for a connection apart. Default 8000. */
  readonly answerWithinMs?: number
  /** Of the pool that is made for a URL. Default 10. */
  readonly maxConnections?: number
}

export interface WithTransactions<Tx> {
  /**
   * How `onceInTransaction` opens its transactions, for an application that writes its SQL with a query builder. Default: on
   * the connection that the store is given.
   */
  readonly transactions: TransactionAdapter<Tx>
}

/** A `pg.Pool` or a `postgres` client of the user's own, or a URL. */
export type PostgresConnection = PgPool | PostgresClient | string

/** What a handler is given, if nothing else is said: of a pool of `pg`'s its client, of `postgres` its `TransactionSql`. */
export type TransactionOf<C extends PostgresConnection> = C extends string
  ? PgPoolClient
  : C extends PostgresClient
    ? PostgresTransactionOf<C>
    : PgClientOf<C>

export type CheckedConnection =
  | { readonly by: 'pg'; readonly pool: PgPool }
  | { readonly by: 'postgres'; readonly sql: PostgresClient }
  | { readonly by: 'url'; readonly url: string }

export function checkedConnection(connection: PostgresConnection): CheckedConnection {
  if (typeof connection === 'string') {
    // The URL may hold a password, and stays out of the message.
    if (!/^postgres(ql)?:\/\//.test(connection)) {
      throw new OptionInvalid('connection', `a URL begins with 'postgres://' or 'postgresql://'`)
    }
    return { by: 'url', url: connection }
  }
  if (typeof connection === 'function' && 'unsafe' in connection && 'listen' in connection) {
    const sql = connection as unknown as PostgresClient
    assertNamesStay(sql.options)
    return { by: 'postgres', sql }
  }
  if (
    typeof connection === 'object' &&
    connection !== null &&
    'totalCount' in connection &&
    'options' in connection
  ) {
    return { by: 'pg', pool: connection as PgPool }
  }
  throw new OptionInvalid(
    'connection',
    "give a Pool of 'pg' (one Client can't serve several calls), a client of 'postgres', or a URL",
  )
}

/** `postgres.camel` and `postgres.kebab` leave a name of one word alone, and the store reads no others. */
function assertNamesStay(options: {
  readonly transform?: { readonly column?: { readonly from?: ((name: string) => string) | undefined } }
}): void {
  if ((options.transform?.column?.from?.('facts') ?? 'facts') === 'facts') return
  throw new OptionInvalid(
    'connection',
    "leave out the 'transform.column' of this client of 'postgres', which renames what the store reads, or give the store a client of its own",
  )
}

export function checkedMaxConnections(maxConnections: number = 10): number {
  if (!Number.isSafeInteger(maxConnections) || maxConnections < 1) {
    throw new OptionInvalid('maxConnections', 'give a whole number, 1 or more')
  }
  return maxConnections
}
