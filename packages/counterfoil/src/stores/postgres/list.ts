import {
  type AbandonedQuery,
  countsByPlace,
  type InProgress,
  isRecoverable,
  type ListAnswer,
  type ListFilter,
  MAX_PAGE,
  matchesFilter,
  type Page,
  type Place,
  type Receipt,
  type StoreStats,
  type StoreTime,
  stateAt,
} from '../../core/index.ts'
import { CLOCK_MS, STATEMENT_MS } from './clock.ts'
import type { Executor } from './executor.ts'
import { literal, type Names } from './names.ts'
import { perNames } from './per-names.ts'
import { RECEIPT, storedOf } from './row.ts'

/** So many rows are looked at in one statement, whatever matches: a few milliseconds. */
const SCAN = 1000
/** So many receipts with their bytes to a statement. */
const WITH_BYTES = 100
/** 64 MB of the table: what one statement of `stats` reads. */
const PAGES = 8192

interface PlaceInList {
  readonly createdAt: StoreTime
  readonly id: string
}

/** By creation, newest first; the id tells apart those of one millisecond. */
export async function list(
  executor: Executor,
  names: Names,
  filter: ListFilter,
  page: Page,
): Promise<ListAnswer> {
  const limit = Math.max(1, Math.min(MAX_PAGE, page.limit))
  const now = await clock(executor)
  const found: { place: PlaceInList; receipt: Receipt }[] = []
  let after: PlaceInList | undefined = page.after === undefined ? BEFORE_ALL : placeAfter(page.after)
  while (after !== undefined && found.length <= limit) {
    const stretch = await scan(executor, names, filter, now, after)
    const wanted = stretch.fitting.slice()
    while (wanted.length > 0 && found.length <= limit) {
      const part = wanted.splice(0, Math.min(WITH_BYTES, limit + 1 - found.length))
      const receipts = await receiptsOf(executor, names, part)
      for (const place of part) {
        const receipt = receipts.get(place.id)
        if (receipt !== undefined && matchesFilter(receipt, filter, now)) found.push({ place, receipt })
      }
    }
    after = stretch.end
  }
  const receipts = found.slice(0, limit).map(({ receipt }) => receipt)
  const last = found[limit - 1]
  if (found.length <= limit || last === undefined) return { receipts, now }
  return { receipts, next: `${last.place.createdAt}-${last.place.id}`, now }
}

/** Longest abandoned first, by the index of what is in progress: neither settled receipts nor living leases are looked at. */
export async function findAbandoned(
  executor: Executor,
  names: Names,
  query: AbandonedQuery,
): Promise<InProgress[]> {
  const found: InProgress[] = []
  let after: readonly [number, string] = [Number.MIN_SAFE_INTEGER, '']
  for (let looked = 0; looked < 10 * MAX_PAGE && found.length < query.limit; looked += WITH_BYTES) {
    const { rows } = await executor.query(abandonedText(names), [
      'operation' in query.of ? query.of.operation : null,
      String(Math.ceil(query.forMs)),
      String(after[0]),
      after[1],
      String(WITH_BYTES),
    ])
    for (const row of rows) {
      const { receipt } = storedOf(row)
      if (receipt.state !== 'in_progress') continue
      after = [receipt.leaseEndsAt, receipt.id]
      if (isRecoverable(receipt, query, Number(row.now))) found.push(receipt)
    }
    if (rows.length < WITH_BYTES) break
  }
  return found.slice(0, query.limit)
}

/** Counted by the server, a stretch of the table at a time, by the time of the first one. */
export async function stats(executor: Executor, names: Names): Promise<StoreStats> {
  const { rows: sizes } = await executor.query(sizesText(names), [])
  const [size] = sizes
  const places = countsByPlace()
  for (let page = 0; page < Number(size?.pages); page += PAGES) {
    const { rows } = await executor.query(placesText(names), [
      `(${page},0)`,
      `(${page + PAGES},0)`,
      String(size?.now),
    ])
    for (const { place, count } of rows) places[place as Place] += Number(count)
  }
  return { places, bytes: Number(size?.bytes) }
}

async function clock(executor: Executor): Promise<StoreTime> {
  const { rows } = await executor.query(`SELECT ${CLOCK_MS}::text AS now`, [])
  return Number(rows[0]?.now)
}

const BEFORE_ALL: PlaceInList = { createdAt: Number.MAX_SAFE_INTEGER, id: '' }

function placeAfter(next: string): PlaceInList {
  const [, createdAt, id] = /^(-?\d+)-([0-9a-f]{64})$/.exec(next) ?? []
  return createdAt === undefined || id === undefined
    ? { createdAt: Number.MIN_SAFE_INTEGER, id: '' }
    : { createdAt: Number(createdAt), id }
}

async function scan(
  executor: Executor,
  names: Names,
  filter: ListFilter,
  now: StoreTime,
  after: PlaceInList,
): Promise<{ readonly fitting: readonly PlaceInList[]; readonly end: PlaceInList | undefined }> {
  const { rows } = await executor.query(scanText(names), [
    String(after.createdAt),
    after.id,
    filter.tenant ?? null,
    filter.operation ?? null,
    filter.key ?? null,
    stateAt(filter.place) ?? null,
    filter.olderThanMs === undefined ? null : String(now - Math.ceil(filter.olderThanMs)),
    filter.youngerThanMs === undefined ? null : String(now - Math.floor(filter.youngerThanMs)),
    String(SCAN),
  ])
  const places = rows.map((row) => ({ createdAt: Number(row.created), id: row.id as string }))
  return {
    fitting: places.filter((_, index) => rows[index]?.fits === 'true'),
    end: rows.length < SCAN ? undefined : places.at(-1),
  }
}

async function receiptsOf(
  executor: Executor,
  names: Names,
  places: readonly PlaceInList[],
): Promise<ReadonlyMap<string, Receipt>> {
  const { rows } = await executor.query(byIdsText(names), [JSON.stringify(places.map(({ id }) => id))])
  const receipts = rows.map((row) => storedOf(row).receipt)
  return new Map(receipts.map((receipt) => [receipt.id, receipt]))
}

const scanText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT r.created_at::text AS created, encode(r.id, 'hex') AS id, (
    ($3::text IS NULL OR r.tenant = $3::text) AND ($4::text IS NULL OR r.operation = $4::text)
    AND ($5::text IS NULL OR (r.key IS NOT NULL AND r.key = $5::text)) AND ($6::text IS NULL OR r.state = $6::text)
    AND ($7::text IS NULL OR r.created_at <= $7::text::bigint)
    AND ($8::text IS NULL OR r.created_at >= $8::text::bigint)
  )::text AS fits
FROM ${receipts} r
WHERE r.created_at <= $1::text::bigint AND (r.created_at, r.id) < ($1::text::bigint, decode($2::text, 'hex'))
ORDER BY r.created_at DESC, r.id DESC
LIMIT $9::text::integer`,
)

const byIdsText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT s.* FROM json_array_elements_text($1::text::json) AS x (id),
  LATERAL (SELECT ${RECEIPT} FROM ${receipts} r WHERE r.id = decode(x.id, 'hex') LIMIT 1) s`,
)

const abandonedText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT ${RECEIPT}, ${STATEMENT_MS}::text AS now
FROM ${receipts} r
WHERE r.state = 'in_progress' AND r.lease_ends_at <= ${STATEMENT_MS} - $2::text::bigint
  AND r.lease_ends_at >= $3::text::bigint
  AND (r.lease_ends_at, r.id) > ($3::text::bigint, decode($4::text, 'hex'))
  AND r.given_up IS DISTINCT FROM 'tombstone'
  AND (r.operation = $1::text OR ($1::text IS NULL AND r.request IS NOT NULL))
  AND (r.recoverable_at IS NULL OR r.recoverable_at <= ${STATEMENT_MS})
ORDER BY r.lease_ends_at, r.id
LIMIT $5::text::integer`,
)

const sizesText: (names: Names) => string = perNames(
  ({ receipts, steps }) => `
SELECT ceil(pg_relation_size(${literal(receipts)}) / current_setting('block_size')::numeric)::text AS pages,
  (pg_total_relation_size(${literal(receipts)}) + pg_total_relation_size(${literal(steps)}))::text AS bytes,
  ${CLOCK_MS}::text AS now`,
)

/** `placeOf` of core/standing.ts in SQL: only here, since to fetch every receipt would take hours. */
const placesText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT place, count(*)::text FROM (
  SELECT CASE
    WHEN r.state = 'in_progress' THEN CASE
      WHEN r.given_up IS NULL AND t.now < r.lease_ends_at THEN 'in_progress'
      WHEN r.given_up IS DISTINCT FROM 'tombstone' AND t.now < r.sweep_due_at THEN 'abandoned'
      WHEN r.on_abandoned = 'hold' THEN 'tombstone'
      ELSE 'absent' END
    WHEN t.now >= r.settled_at + r.key_retention_ms THEN 'absent'
    WHEN r.state = 'failed' AND r.retryable THEN 'released'
    WHEN t.now >= r.settled_at + r.ttl_ms OR r.outcome IS NULL THEN 'tombstone'
    ELSE r.state END AS place
  FROM ${receipts} r, (SELECT $3::text::bigint AS now) t
  WHERE r.ctid >= $1::text::tid AND r.ctid < $2::text::tid
) each_one GROUP BY place`,
)
