import type { Row } from '../executor.ts'
import type { TransactionAdapter } from '../transaction-adapter.ts'

/** What is used of a Drizzle database on `node-postgres` or `postgres-js`. */
export interface DrizzleDatabase<Tx> {
  transaction(run: (tx: Tx) => Promise<void>): Promise<void>
}

/** What is used of Drizzle's transaction. */
export interface DrizzleTransaction<Sql> {
  execute(query: Sql): PromiseLike<unknown>
}

/** What is used of Drizzle's `sql`. */
export interface DrizzleSql<Sql> {
  raw(text: string): Sql
  param(value: unknown): unknown
  join(chunks: Sql[]): Sql
  (strings: TemplateStringsArray, ...values: unknown[]): Sql
}

/**
 * Transactions of Drizzle's: the handler gets Drizzle's own transaction.
 *
 * @param sql Drizzle's, which makes statements of texts and values.
 * @example
 * const store = postgresStore(pool, { transactions: drizzleTransactions(db, sql) })
 */
export function drizzleTransactions<Sql, Tx extends DrizzleTransaction<Sql>>(
  db: DrizzleDatabase<Tx>,
  sql: DrizzleSql<Sql>,
): TransactionAdapter<Tx> {
  return {
    transaction: (run) => db.transaction(run),
    executor: (tx) => ({
      async query(text, values) {
        // Drizzle numbers its parameters itself: `$1` is cut out, and its value put in, wherever it stands.
        const chunks = text
          .split(/\$(\d+)/)
          .map((part, index) =>
            index % 2 === 0 ? sql.raw(part) : sql`${sql.param(values[Number(part) - 1])}`,
          )
        const result = await tx.execute(sql.join(chunks))
        const rows = Array.isArray(result) ? result : (result as { readonly rows: Row[] }).rows
        return { rows: [...rows] as Row[] }
      },
    }),
  }
}
