import type { Executor } from './executor.ts'

/**
 * How transactions are made: by the store's own connections, or by whatever the application writes its SQL with. `Tx` is
 * what a handler is given.
 */
export interface TransactionAdapter<Tx> {
  /**
   * Opens a transaction on one connection, runs `run` in it, and commits it once `run` has resolved, before this
   * resolves; rolls it back where `run` rejects, and then rejects too. `run` is called at most once.
   */
  transaction(run: (tx: Tx) => Promise<void>): Promise<unknown>
  /** Runs a statement in it: what `query` is given may be a SAVEPOINT too, and its rows come as they are. */
  executor(tx: Tx): Executor
}
