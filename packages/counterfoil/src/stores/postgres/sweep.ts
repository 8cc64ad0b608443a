import { decideSweep, type Receipt, type StoreTime, type SweepAnswer, sweepDueAt } from '../../core/index.ts'
import { STATEMENT_MS } from './clock.ts'
import type { Executor } from './executor.ts'
import type { Names } from './names.ts'
import { perNames } from './per-names.ts'
import { RECEIPT_WITHOUT_BYTES, type Stored, storedOf, whole } from './row.ts'

/** So many receipts to a statement: a claim that meets one of them waits for one batch, and never for the whole sweep. */
const SWEEP_BATCH = 200

/**
 * Reads what is due, has `decideSweep` say of each what becomes of it, and carries that out in one statement: for those
 * alone that are still the version that was read. Rows that somebody holds are passed over, and come with the next sweep,
 * so that a sweep waits for nobody.
 */
export async function sweep(executor: Executor, names: Names, limit: number): Promise<SweepAnswer> {
  const total = { dropped: 0, removed: 0, entombed: [] as SweepAnswer['entombed'][number][], more: false }
  for (let left = limit; left > 0; left -= SWEEP_BATCH) {
    const size = Math.min(left, SWEEP_BATCH)
    const due = await dueNow(executor, names, size + 1)
    const orders = due.slice(0, size).flatMap(orderOf)
    for (const { what, receipt } of await carryOut(executor, names, orders)) {
      if (what === 'remove') total.removed += 1
      else if (what === 'drop_bytes') total.dropped += 1
      else total.entombed.push({ id: receipt.id, tenant: receipt.tenant, operation: receipt.operation })
    }
    total.more = due.length > size
    if (!total.more) break
  }
  return total
}

interface Order {
  readonly what: 'remove' | 'drop_bytes' | 'entomb'
  readonly receipt: Receipt
  readonly revision: number
}

async function dueNow(
  executor: Executor,
  names: Names,
  limit: number,
): Promise<readonly (Stored & { readonly now: StoreTime })[]> {
  const { rows } = await executor.query(dueText(names), [String(limit)])
  return rows.map((row) => ({ ...storedOf(row), now: Number(row.now) }))
}

function orderOf({ receipt, revision, now }: Stored & { readonly now: StoreTime }): Order[] {
  const decision = decideSweep(receipt, now)
  if (decision.kind === 'keep') return []
  return [{ what: decision.kind, receipt: decision.kind === 'remove' ? receipt : decision.receipt, revision }]
}

async function carryOut(
  executor: Executor,
  names: Names,
  orders: readonly Order[],
): Promise<readonly Order[]> {
  if (orders.length === 0) return []
  const rows = orders.map(({ what, receipt, revision }, n) => ({
    n,
    what,
    id: receipt.id,
    incarnation: receipt.incarnation,
    revision,
    doubt_since: whole(receipt.doubtSince),
    sweep_due_at: whole(sweepDueAt(receipt)),
  }))
  const done = await executor.query(carryOutText(names), [JSON.stringify(rows)])
  return done.rows.map(({ n }) => orders[Number(n)] as Order)
}

/** Longest due first. What is abandoned and not yet due is passed over in the index alone. */
const dueText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT ${RECEIPT_WITHOUT_BYTES}, ${STATEMENT_MS}::text AS now
FROM ${receipts} r
WHERE coalesce(r.lease_ends_at, r.sweep_due_at) <= ${STATEMENT_MS} AND r.sweep_due_at <= ${STATEMENT_MS}
ORDER BY coalesce(r.lease_ends_at, r.sweep_due_at)
LIMIT $1::text::integer`,
)

const carryOutText: (names: Names) => string = perNames(
  (names) => `
WITH asked AS MATERIALIZED (
  SELECT x.n, x.what, decode(x.id, 'hex') AS id, x.incarnation, x.revision, x.doubt_since, x.sweep_due_at
  FROM json_to_recordset($1::text::json) AS x (
    n integer, what text, id text, incarnation text, revision bigint, doubt_since bigint, sweep_due_at bigint)
), mine AS MATERIALIZED (
  SELECT a.*
  FROM asked a, LATERAL (
    SELECT r.id FROM ${names.receipts} r
    WHERE r.id = a.id AND r.incarnation = a.incarnation AND r.revision = a.revision
    FOR UPDATE SKIP LOCKED
  ) s
), removed AS (
  DELETE FROM ${names.receipts} r USING mine m WHERE r.id = m.id AND m.what = 'remove' RETURNING m.n
), changed AS (
  UPDATE ${names.receipts} r SET
    outcome = NULL, request = NULL, sweep_due_at = m.sweep_due_at, doubt_since = m.doubt_since,
    given_up = CASE WHEN m.what = 'entomb' THEN 'tombstone' END, recoverable_at = NULL, revision = r.revision + 1
  FROM mine m WHERE r.id = m.id AND m.what <> 'remove'
  RETURNING m.n
), dropped AS (
  DELETE FROM ${names.steps} s USING mine m WHERE s.incarnation = m.incarnation AND m.what <> 'drop_bytes'
)
SELECT n::text FROM removed UNION ALL SELECT n::text FROM changed`,
)
