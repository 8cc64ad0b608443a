import type { DatabaseSync } from 'node:sqlite'
import type { SyncTransactionAttempt, TransactionHandler } from '../../src/index.ts'

/** A handler that enters its effect, then does what it is told to. */
export function sqliteEffect<V>(
  key: string,
  then: (attempt: SyncTransactionAttempt) => V,
): TransactionHandler<DatabaseSync, 'sync', V> {
  return (tx, attempt) => {
    enter(tx, key)
    return then(attempt) as never
  }
}

export function enter(database: DatabaseSync, key: string): void {
  database.prepare('INSERT INTO effects (key) VALUES (?)').run(key)
}
