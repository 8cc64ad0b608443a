import type { Executor, Row } from './executor.ts'
import type { TransactionAdapter } from './transaction-adapter.ts'

/** A database driver, as this store needs it: each statement is a transaction of its own, on any connection. */
export interface Driver {
  /**
   * By a prepared statement, where that works here.
   *
   * @throws the driver's own errors, `NoAnswer` past the bound, and never waits longer.
   */
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>
  /** For what a claim's holder writes: it doesn't wait for those who only want a connection, where that can be had. */
  readonly urgent: Executor
  readonly lockTimeoutMs: number
  /** Starts to listen, on a connection of its own, and goes on until stopped: it comes back after a loss. */
  listen(channel: string, listener: Listener): Listening
  /** Its own transactions, whose handlers are given a client of the driver's. */
  readonly transactions: TransactionAdapter<unknown>
  /** What stands between this driver and the server, and what it can't see; for the audit. */
  readonly facts: DriverFacts
  close(): Promise<void>
}

/** How long a call waits alone for somebody's open transaction: no longer, or those who wait take all connections. */
export const LOCK_MS = 2_000

export interface DriverFacts {
  readonly name: 'pg' | 'postgres'
  /** Whether a cancelled wait for a synchronous replica would be noticed. */
  readonly seesNotices: boolean
}

export interface Listener {
  heard(payload: string): void
  /** Called each time that it listens: what was said before may have gone unheard. */
  listening(): void
  lost(): void
}

export interface Listening {
  stop(): Promise<void>
}
