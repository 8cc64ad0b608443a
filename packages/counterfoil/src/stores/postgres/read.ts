import type { ReceiptId, StoreTime } from '../../core/index.ts'
import { CLOCK_MS } from './clock.ts'
import type { Executor } from './executor.ts'
import { IsReplica } from './faults.ts'
import type { Names } from './names.ts'
import { perNames } from './per-names.ts'
import { RECEIPT, type Stored, storedOf } from './row.ts'

export interface StoredReading {
  readonly stored: Stored | undefined
  /** By the server's clock, after the receipt was read. */
  readonly now: StoreTime
  /** Where somebody waits for it, its next change is notified. */
  readonly waited: boolean
}

export async function read(executor: Executor, names: Names, id: ReceiptId): Promise<StoredReading> {
  const { rows } = await executor.query(readText(names), [id])
  const [row] = rows
  if (row === undefined) throw new Error('a statement that always gives a row gave none')
  if (row.replica === 'true') throw new IsReplica()
  return {
    stored: row.facts === null ? undefined : storedOf(row),
    now: Number(row.now),
    waited: row.waited === 'true',
  }
}

const readText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT s.*, ${CLOCK_MS}::text AS now, pg_is_in_recovery()::text AS replica
FROM (SELECT 1) one
LEFT JOIN LATERAL (
  SELECT ${RECEIPT}, r.waited::text AS waited FROM ${receipts} r WHERE r.id = decode($1::text, 'hex') LIMIT 1
) s ON true`,
)

/**
 * Says that somebody waits, so that the next change of the receipt is notified. A change that is committed before this
 * is seen by whoever reads afterwards; a later one finds the mark, since its UPDATE looks at the row's latest version.
 * It is no part of the receipt: no revision, and no decision, hangs on it.
 */
export async function markWaited(executor: Executor, names: Names, id: ReceiptId): Promise<void> {
  await executor.query(markText(names), [id])
}

const markText: (names: Names) => string = perNames(
  ({ receipts }) => `
UPDATE ${receipts} SET waited = true WHERE id = decode($1::text, 'hex') AND NOT waited`,
)
