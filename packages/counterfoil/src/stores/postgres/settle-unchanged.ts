import {
  decideSettle,
  type Fence,
  type FencedAnswer,
  generationsText,
  holds,
  MAX_WHOLE,
  type Running,
  type Settlement,
  type StoreTime,
  wholeMs,
} from '../../core/index.ts'
import { asBuffer, type Blob } from './blob.ts'
import { CLOCK_MS } from './clock.ts'
import { bound, type Executor, lockTimeoutOf } from './executor.ts'
import { fenceValues, UNDER_FENCE } from './fenced.ts'
import type { Names } from './names.ts'
import { perNames } from './per-names.ts'
import { toldTo } from './replace.ts'

/** The success of a receipt whose claim the holder still has at hand: only what is to be compared and written. */
export interface SettleUnchanged {
  readonly fence: Fence
  readonly claimed: Running
  readonly settlement: Extract<Settlement, { as: 'succeeded' }>
}

/**
 * The common end of an attempt as one conditional UPDATE, the compare-and-set on the fence itself: nothing is read
 * before, and of the receipt only the time comes back. `undefined` where the row is not as claimed but for its lease, or
 * not under this fence: that is decided on what a reading finds, by `settle`.
 *
 * Under one fence a running receipt changes only by renewals, by steps and by counted refusals (and its times by `age`).
 */
export async function settleUnchanged(
  executor: Executor,
  names: Names,
  settle: SettleUnchanged,
  lockTimeoutMs: string | null = lockTimeoutOf(executor),
): Promise<FencedAnswer | undefined> {
  const { fence, claimed, settlement } = settle
  const { rows } = await executor.query(succeedText(names), [
    ...fenceValues(fence),
    String(wholeMs(claimed.claimedAt)),
    generationsText(claimed),
    asBuffer(settlement.outcome),
    lockTimeoutMs,
  ])
  return rows[0] && answerAt(settle, Number(rows[0].at))
}

/** `undefined` where it is to be decided on what a reading finds from the start. */
export function asUnchanged(
  fence: Fence,
  settlement: Settlement,
  claimed: Running | undefined,
): SettleUnchanged | undefined {
  if (settlement.as !== 'succeeded' || claimed === undefined) return undefined
  if (claimed.id !== fence.id || !holds(fence, claimed)) return undefined
  return { fence, settlement, claimed }
}

export function answerAt({ fence, claimed, settlement }: SettleUnchanged, at: StoreTime): FencedAnswer {
  const decision = decideSettle(claimed, fence, settlement, at)
  return decision.kind === 'lost' ? decision : { kind: 'settled', receipt: decision.receipt }
}

const SUCCEED = `
  state = 'succeeded', settled_at = t.now, sweep_due_at = least(t.now + r.ttl_ms, ${MAX_WHOLE}),
  doubt_since = NULL, lease_ends_at = NULL, request = NULL, revision = r.revision + 1`

const succeedText: (names: Names) => string = perNames(
  (names) => `
UPDATE ${names.receipts} r SET ${SUCCEED}, outcome = $7::bytea
FROM (SELECT ${CLOCK_MS} AS now OFFSET 0) t, ${bound('$8')}
WHERE ${UNDER_FENCE} AND r.claimed_at = $5::text::bigint AND r.generations = $6::text
RETURNING r.settled_at::text AS at, ${toldTo(names, 'r')} AS told`,
)

/** Settles that travel together, as JSON. */
export function settleRows(settles: readonly SettleUnchanged[], blob: Blob): string {
  return JSON.stringify(
    settles.map(({ fence, claimed, settlement }, n) => ({
      n,
      id: fence.id,
      incarnation: fence.incarnation,
      attempt: fence.attempt,
      token: fence.token,
      claimed_at: wholeMs(claimed.claimedAt),
      generations: generationsText(claimed),
      outcome_at: blob.add(settlement.outcome),
      outcome_size: settlement.outcome.length,
    })),
  )
}

/**
 * The CTEs `running` and `done`, over `settleRows` in the value named, the bytes in `$2` and the bound of a wait in `$3`.
 * Who waits for a receipt is told of it by whoever selects from `done`.
 *
 * The fence is looked at in the statement's snapshot, one look into the key's index each; the UPDATE then goes to
 * those rows, and changes them on the condition that they are still the version that was looked at. A row that somebody
 * holds is waited for, and looked at again once it is free: if its revision is another, nothing happens to it here. A plan
 * that joined the two tables by the key read the table, or all that is in progress, for every batch: 25 ms of 36 for 128.
 */
export function settling({ receipts }: Names, rows: string): string {
  return `running AS MATERIALIZED (
  SELECT x.n, s.id, s.revision, x.outcome_at, x.outcome_size
  FROM
    json_to_recordset(${rows}::text::json) AS x (
      n integer, id text, incarnation text, attempt integer, token text, claimed_at bigint, generations text,
      outcome_at integer, outcome_size integer),
    LATERAL (SELECT r.* FROM ${receipts} r WHERE r.id = decode(x.id, 'hex') LIMIT 1) s
  WHERE s.incarnation = x.incarnation AND s.attempt = x.attempt AND s.token = x.token
    AND s.claimed_at = x.claimed_at AND s.generations = x.generations
    AND s.state = 'in_progress' AND s.given_up IS NULL
), done AS (
  UPDATE ${receipts} r SET ${SUCCEED}, outcome = substring($2::bytea FROM x.outcome_at FOR x.outcome_size)
  FROM running x, (SELECT ${CLOCK_MS} AS now, set_config('lock_timeout', $3::text, true) AS bound OFFSET 0) t
  WHERE r.id = x.id AND r.revision = x.revision
  RETURNING x.n, r.id, r.waited, r.settled_at
)`
}
