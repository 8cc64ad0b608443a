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
  /** Runs statements in it: `query` may be given a SAVEPOINT too, and its rows come as the database gives them. */
  executor(tx: Tx): Executor
  /**
   * Runs `run` in a savepoint: releases it once `run` has resolved; goes back to it where `run` rejects, and then rejects
   * too. By default that is done by statements. A library that keeps an account of its own of what failed in a
   * transaction has to do it itself.
   */
  savepoint?(tx: Tx, run: (inner: Tx) => Promise<void>): Promise<unknown>
}
