import {
  decideSweep,
  type Receipt,
  type StoreTime,
  type SweepAnswer,
  sweepDueAt,
  wholeMs,
} from '../../core/index.ts'
import { STATEMENT_MS } from './clock.ts'
import type { Executor, Row } from './executor.ts'
import { literal, type Names } from './names.ts'
import { perNames } from './per-names.ts'
import { RECEIPT_WITHOUT_BYTES, type Stored, storedOf } from './row.ts'

/** So many receipts to a statement: a claim that meets one of them waits for one batch, and never for the whole sweep. */
const SWEEP_BATCH = 200

/** 64 MB of the table: what one look at what is settled reads. */
const STRETCH_PAGES = 8192
/** Of a table that takes longer than this to read, no more than a twentieth of the time is spent on reading it. */
const LONG_ROUND_MS = 1_000
const REST_PER_ROUND = 20

/**
 * What is in progress and long lapsed is found by its index. What is settled is found by reading the table itself, one
 * stretch of pages after another and then from the front again: an index for it would cost every claim and settle more
 * than all sweeps do (migrations.ts). A round ends when every stretch was read; on a large table the next one waits.
 *
 * Each receipt that is due is read, `decideSweep` says what becomes of it, and one statement carries that out for those
 * alone that are still the version that was read. Rows that somebody holds are passed over, and come with the next
 * round, so that a sweep waits for nobody.
 */
export class Sweep {
  readonly #executor: Executor
  readonly #names: Names
  /** Where the next look begins, and how much of the round is behind it; between rounds, none is. */
  #page = 0
  #readPages = 0
  #roundMs = 0
  #restUntil = 0

  constructor(executor: Executor, names: Names) {
    this.#executor = executor
    this.#names = names
  }

  async run(limit: number): Promise<SweepAnswer> {
    const total = { dropped: 0, removed: 0, entombed: [] as SweepAnswer['entombed'][number][], more: false }
    let left = limit
    for (const due of [(most: number) => this.#lapsed(most), (most: number) => this.#settled(most)]) {
      for (let more = true; more; ) {
        const size = Math.min(left, SWEEP_BATCH)
        const found = await due(size + 1)
        const orders = found.due.slice(0, size).flatMap(orderOf)
        for (const { what, receipt } of await carryOut(this.#executor, this.#names, orders)) {
          if (what === 'remove') total.removed += 1
          else if (what === 'drop_bytes') total.dropped += 1
          else total.entombed.push({ id: receipt.id, tenant: receipt.tenant, operation: receipt.operation })
        }
        left -= Math.min(size, found.due.length)
        more = found.due.length > size || found.goesOn
        if (more && left <= 0) return { ...total, more: true }
      }
    }
    return total
  }

  async #lapsed(most: number): Promise<Found> {
    const { rows } = await this.#executor.query(lapsedText(this.#names), [String(most)])
    return { due: rows.map(dueOf), goesOn: false }
  }

  async #settled(most: number): Promise<Found> {
    const began = performance.now()
    if (began < this.#restUntil) return { due: [], goesOn: false }
    const page = this.#page
    const { rows } = await this.#executor.query(settledText(this.#names), [
      `(${page},0)`,
      `(${page + STRETCH_PAGES},0)`,
      String(most),
    ])
    this.#roundMs += performance.now() - began
    const [first, ...due] = rows
    // Whoever found as much as was asked for comes back to the same stretch.
    if (due.length < most) this.#stretchRead(Number(first?.pages))
    return { due: due.map(dueOf), goesOn: this.#readPages > 0 }
  }

  #stretchRead(pages: number): void {
    this.#readPages += STRETCH_PAGES
    this.#page = this.#page + STRETCH_PAGES < pages ? this.#page + STRETCH_PAGES : 0
    if (this.#readPages < pages) return
    if (this.#roundMs > LONG_ROUND_MS) this.#restUntil = performance.now() + REST_PER_ROUND * this.#roundMs
    this.#readPages = 0
    this.#roundMs = 0
  }
}

interface Due extends Stored {
  readonly now: StoreTime
}

interface Found {
  readonly due: readonly Due[]
  readonly goesOn: boolean
}

interface Order {
  readonly what: 'remove' | 'drop_bytes' | 'entomb'
  readonly receipt: Receipt
  readonly revision: number
}

function dueOf(row: Row): Due {
  return { ...storedOf(row), now: Number(row.now) }
}

function orderOf({ receipt, revision, now }: Due): Order[] {
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
    doubt_since: wholeMs(receipt.doubtSince),
    sweep_due_at: wholeMs(sweepDueAt(receipt)),
  }))
  const done = await executor.query(carryOutText(names), [JSON.stringify(rows)])
  return done.rows.map(({ n }) => orders[Number(n)] as Order)
}

/** Longest due first. What is abandoned and not yet due is passed over. */
const lapsedText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT ${RECEIPT_WITHOUT_BYTES}, ${STATEMENT_MS}::text AS now
FROM ${receipts} r
WHERE r.state = 'in_progress' AND r.lease_ends_at <= ${STATEMENT_MS} AND r.sweep_due_at <= ${STATEMENT_MS}
ORDER BY r.lease_ends_at
LIMIT $1::text::integer`,
)

/** A first row with the table's size, and then what is due in the stretch: "TID range scan", since PostgreSQL 14. */
const settledText: (names: Names) => string = perNames(
  ({ receipts }) => `
SELECT NULL AS facts, NULL AS outcome, NULL AS request, NULL AS now,
  ceil(pg_relation_size(${literal(receipts)}) / current_setting('block_size')::numeric)::text AS pages
UNION ALL (
  SELECT ${RECEIPT_WITHOUT_BYTES}, ${STATEMENT_MS}::text, NULL
  FROM ${receipts} r
  WHERE r.ctid >= $1::text::tid AND r.ctid < $2::text::tid AND r.state <> 'in_progress'
    AND r.sweep_due_at <= ${STATEMENT_MS}
  LIMIT $3::text::integer
)`,
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
