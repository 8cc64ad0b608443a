import type { Row } from '../executor.ts'
import type { TransactionAdapter } from '../transaction-adapter.ts'

/** What is used of a `Kysely` on PostgreSQL. */
export interface KyselyDatabase<Tx> {
  transaction(): { execute(run: (tx: Tx) => Promise<void>): Promise<void> }
}

/** What is used of Kysely's `Transaction`. */
export interface KyselyTransaction {
  // Without the application's plugins, which may rename the columns of what comes back.
  withoutPlugins(): {
    executeQuery(query: KyselyQuery): Promise<{ readonly rows: unknown[] }>
  }
}

/** Kysely's `CompiledQuery.raw`. */
interface KyselyQuery {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly query: {
    readonly kind: 'RawNode'
    readonly sqlFragments: readonly string[]
    readonly parameters: readonly []
  }
  readonly queryId: { readonly queryId: string }
}

/**
 * Transactions of Kysely's: the handler gets a `Transaction<DB>`.
 *
 * @example
 * const store = postgresStore(pool, { transactions: kyselyTransactions(db) })
 */
export function kyselyTransactions<Tx extends KyselyTransaction>(
  db: KyselyDatabase<Tx>,
): TransactionAdapter<Tx> {
  return {
    transaction: (run) => db.transaction().execute(run),
    executor: (tx) => ({
      async query(sql, parameters) {
        const { rows } = await tx.withoutPlugins().executeQuery({
          sql,
          parameters,
          query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
          queryId: { queryId: 'counterfoil' },
        })
        return { rows: rows as Row[] }
      },
    }),
  }
}
