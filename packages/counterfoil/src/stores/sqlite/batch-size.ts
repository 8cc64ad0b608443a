/** The largest transaction: claims that come later wait for one such batch. */
export const MAX_BATCH = 128

/** Fewer than this are never split. */
const SPLIT_FROM = 32
const QUICK_COMMIT_MS = 1.5

/**
 * How many of the waiting writes go into the next transaction.
 *
 * Where the disk is quick, half of them: while one half is written, the callers of the other are served by their own
 * thread. With 64 callers on a quiet machine that made 15 thousand receipts a second, and all 64 at once 10.
 * Where the fsync takes longer than what it waits for (32 calls: 0.6 ms of each thread), all of them: there it was
 * 2.7 thousand against 3.9.
 */
export function batchSize(waiting: number, commitMs: number): number {
  const size = commitMs < QUICK_COMMIT_MS ? Math.max(SPLIT_FROM, Math.ceil(waiting / 2)) : waiting
  return Math.min(MAX_BATCH, size)
}
