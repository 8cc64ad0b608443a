import type { StoreKind } from '../answers/answers.ts'

type Measured = Exclude<StoreKind, 'memory'>

/** Among so many receipts. */
export const MEASURED_AMONG = 1_000_000

/**
 * Bytes that a receipt takes beside its outcome, its indexes and the space between rows included: what the file, the database or
 * the memory grew by, less the outcome's 1,024 bytes. `npm run bench -- growth` measures it again, and a test holds these to what
 * docs/benchmarks/growth.json has of it.
 */
export const RECEIPT_BYTES: Readonly<Record<Measured, number>> = {
  sqlite: 443,
  postgres: 1292,
  redis: 705,
}

/** Receipts that one process swept in a second, in batches of 500 one after another, while 64 callers went on. Same source. */
export const SWEPT_PER_SECOND: Readonly<Record<Exclude<Measured, 'redis'>, number>> = {
  sqlite: 9700,
  postgres: 1680,
}
