import { MARK_EVERY_MS, type StoreClock } from './clock.ts'
import type { Connection } from './connection.ts'
import { type Answer, perform, type Write } from './write.ts'

export type Result = { readonly answer: Answer } | { readonly error: unknown }

/** How one thread makes transactions. */
export interface Transactions {
  readonly connection: Connection
  readonly clock: StoreClock
  /** BEGIN IMMEDIATE; whether it waits where another connection holds the write lock is the thread's choice. */
  begin(): void
  /** For tests: called for each write that is made, and not yet committed. */
  readonly beforeCommit?: (write: Write) => void
  readonly afterCommit?: (tookMs: number) => void
}

/**
 * Carry out writes that arrived together, in one transaction and one fsync. If anything in it fails, it is undone as
 * a whole and each write goes alone, so that one that can't be made (too large, …) never fails its neighbours.
 *
 * @throws what `begin` throws; nothing has been tried then.
 */
export function writeTogether(by: Transactions, writes: readonly Write[]): Result[] {
  by.begin()
  try {
    return untilCommit(by, writes).map((answer) => ({ answer }))
  } catch (error) {
    return writes.length === 1 ? [{ error }] : writes.map((write) => writeAlone(by, write))
  }
}

function writeAlone(by: Transactions, write: Write): Result {
  try {
    by.begin()
    return { answer: untilCommit(by, [write])[0] }
  } catch (error) {
    return { error }
  }
}

/** After BEGIN IMMEDIATE: nobody else writes to the file until COMMIT. */
function untilCommit(by: Transactions, writes: readonly Write[]): Answer[] {
  const { connection, clock } = by
  try {
    const mark = connection.tables.readMark()
    clock.observe(mark)
    const answers = writes.map((write) => perform(connection.tables, write, clock))
    const now = clock.now()
    if (now >= mark + MARK_EVERY_MS) connection.tables.writeMark(now)
    if (by.beforeCommit) for (const write of writes) by.beforeCommit(write)
    // The fsync is here: with synchronous = FULL the log is on the disk before anybody, here or in another process,
    // can see the transaction (wal.html §2.2); where nothing was written there is none.
    const committing = performance.now()
    connection.commit.run()
    by.afterCommit?.(performance.now() - committing)
    return answers
  } catch (error) {
    undo(connection)
    throw error
  }
}

function undo(connection: Connection): void {
  try {
    connection.rollback.run()
  } catch {
    // SQLite has rolled back by itself already: lang_transaction.html §3.1, for a full disk and its like.
  }
}
