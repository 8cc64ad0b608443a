import {
  type AbandonedQuery,
  type InProgress,
  isRecoverable,
  type ListFilter,
  MAX_PAGE,
  matchesFilter,
  type Place,
  placeOf,
  type Receipt,
  type StoreTime,
  stateAt,
} from '../../core/index.ts'
import { COLUMNS, COLUMNS_WITHOUT_BYTES, receiptOf } from './row.ts'
import { rowOf, type Tables } from './tables.ts'

/** So many rows are looked at in one go, whatever matches: a few milliseconds, and then the event loop has its turn. */
export const SCAN = 1000

export interface Scanned<T> {
  readonly found: T
  /** Where to go on; absent at the end. */
  readonly next?: number
}

/** The next stretch of the list, newest first, below `before`; at most `limit` of it. */
export function scanList(
  tables: Tables,
  filter: ListFilter,
  now: StoreTime,
  before: number,
  limit: number,
): Scanned<{ seq: number; receipt: Receipt }[]> {
  const end = tables.prepared(STRETCH).get(before, SCAN - 1) as { seq: number } | undefined
  const rows = tables
    .prepared(LIST)
    .all(
      before,
      end?.seq ?? Number.MIN_SAFE_INTEGER,
      filter.tenant ?? null,
      filter.operation ?? null,
      filter.key ?? null,
      stateAt(filter.place) ?? null,
      filter.olderThanMs === undefined ? null : now - filter.olderThanMs,
      filter.youngerThanMs === undefined ? null : now - filter.youngerThanMs,
    ) as unknown as { seq: number }[]
  const found: { seq: number; receipt: Receipt }[] = []
  for (const { seq } of rows) {
    const receipt = receiptOf(rowOf(tables.receipts(ONE).get(seq)))
    if (!matchesFilter(receipt, filter, now)) continue
    found.push({ seq, receipt })
    if (found.length === limit) return { found, next: seq }
  }
  return end === undefined ? { found } : { found, next: end.seq }
}

/** The next stretch of all receipts, counted by place. */
export function scanPlaces(tables: Tables, now: StoreTime, before: number): Scanned<readonly Place[]> {
  const end = tables.prepared(STRETCH).get(before, SCAN - 1) as { seq: number } | undefined
  const rows = tables.receipts(PLACES).all(before, end?.seq ?? Number.MIN_SAFE_INTEGER)
  const found = rows.map((row) => placeOf(receiptOf(rowOf(row)), now))
  return end === undefined ? { found } : { found, next: end.seq }
}

/** By the index on times: the longest abandoned come first, and neither settled receipts nor living leases are looked at. */
export function findAbandoned(tables: Tables, query: AbandonedQuery, now: StoreTime): InProgress[] {
  const found: InProgress[] = []
  let looked = 0
  const operation = 'operation' in query.of ? query.of.operation : null
  for (const row of tables.receipts(ABANDONED).iterate(operation, now - query.forMs, now)) {
    const receipt = receiptOf(rowOf(row))
    if (isRecoverable(receipt, query, now)) found.push(receipt)
    looked += 1
    if (found.length >= query.limit || looked >= 10 * MAX_PAGE) break
  }
  return found
}

const STRETCH = 'SELECT seq FROM counterfoil_receipts WHERE seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?'

const LIST = `
SELECT seq FROM counterfoil_receipts
WHERE seq < ?1 AND seq >= ?2
  AND (?3 IS NULL OR tenant = ?3) AND (?4 IS NULL OR operation = ?4) AND (?5 IS NULL OR key = ?5)
  AND (?6 IS NULL OR state = ?6) AND (?7 IS NULL OR created_at <= ?7) AND (?8 IS NULL OR created_at >= ?8)
ORDER BY seq DESC`

const ONE = `SELECT ${COLUMNS} FROM counterfoil_receipts WHERE seq = ?`

const PLACES = `SELECT ${COLUMNS_WITHOUT_BYTES} FROM counterfoil_receipts WHERE seq < ? AND seq >= ?`

const ABANDONED = `
SELECT ${COLUMNS} FROM counterfoil_receipts
WHERE (operation = ?1 OR (?1 IS NULL AND request IS NOT NULL)) AND lease_ends_at <= ?2 AND given_up IS NOT 'tombstone'
  AND (recoverable_at IS NULL OR recoverable_at <= ?3)
ORDER BY lease_ends_at`
