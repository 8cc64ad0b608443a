import type { StoreKind } from '../answers/answers.ts'

/**
 * Bytes that a receipt takes beside its outcome, its indexes and the space between rows included: what the file, the database or
 * the memory grew by, less the outcome's 1,024 bytes. `npm run bench -- growth` measures it again; a test holds these to what
 * docs/benchmarks has. Memory was measured by no run: that store is for tests.
 */
export const RECEIPT_BYTES: Readonly<Record<Exclude<StoreKind, 'memory'>, number>> = {
  sqlite: 970,
  postgres: 1560,
  redis: 715,
}
