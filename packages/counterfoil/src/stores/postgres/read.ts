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
  /** Whether there is a receipt that is marked as waited for. */
  readonly waited: boolean
}

export function read(executor: Executor, names: Names, id: ReceiptId): Promise<StoredReading> {
  return ask(executor, readText(names), id)
}

/**
 * Says also that somebody waits, so that the next change of the receipt is notified. A change that is committed before this
 * is seen by this reading; a later one finds the mark, since its UPDATE looks at the row's latest version. It is no part of
 * the receipt: no revision, and no decision, hangs on it.
 */
export function readAndMark(executor: Executor, names: Names, id: ReceiptId): Promise<StoredReading> {
  return ask(executor, markText(names), id)
}

async function ask(executor: Executor, text: string, id: ReceiptId): Promise<StoredReading> {
  const { rows } = await executor.query(text, [id])
  const [row] = rows
  if (row === undefined) throw new Error('a statement that always gives a row gave none')
  if (row.replica === 'true') throw new IsReplica()
  return {
    stored: row.facts === null ? undefined : storedOf(row),
    now: Number(row.now),
    waited: row.waited === 'true',
  }
}

const CLOCK_AND_ROLE = `${CLOCK_MS}::text AS now, pg_is_in_recovery()::text AS replica`

const readText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT s.*, ${CLOCK_AND_ROLE}
FROM (SELECT 1) one
LEFT JOIN LATERAL (
  SELECT ${RECEIPT}, r.waited::text AS waited FROM ${receipts} r WHERE r.id = decode($1::text, 'hex') LIMIT 1
) s ON true`,
)

/**
 * What the UPDATE gives is the row's latest version. Where it gives none, the row as the statement found it will do: if
 * somebody else has marked it since, whatever changed after that is notified to whoever listened before this was sent.
 */
const markText: (names: Names) => string = perNames(
  ({ receipts }) => `
WITH marked AS (
  UPDATE ${receipts} r SET waited = true WHERE r.id = decode($1::text, 'hex') AND NOT r.waited
  RETURNING ${RECEIPT}, 'true' AS waited
)
SELECT s.*, ${CLOCK_AND_ROLE}
FROM (SELECT 1) one
LEFT JOIN LATERAL (
  SELECT m.* FROM marked m
  UNION ALL
  SELECT ${RECEIPT}, r.waited::text FROM ${receipts} r WHERE r.id = decode($1::text, 'hex') AND NOT EXISTS (SELECT FROM marked)
  LIMIT 1
) s ON true`,
)
