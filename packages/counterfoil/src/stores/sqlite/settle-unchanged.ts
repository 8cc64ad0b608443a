import {
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
import type { StoreClock } from './clock.ts'
import { settle } from './fenced.ts'
import { idBytes } from './row.ts'
import type { Tables } from './tables.ts'

/** The success of a receipt whose claim the holder still has at hand: only what is to be compared and written. */
export interface SettleUnchanged {
  readonly do: 'settle_unchanged'
  readonly fence: Fence
  readonly claimedAt: StoreTime
  readonly generations: string
  readonly outcome: Uint8Array
}

/**
 * The common end of an attempt as one conditional UPDATE, the compare-and-set on the fence itself: nothing is read
 * before, and of the receipt only the time comes back. Where the row is not as claimed but for its lease, or not under
 * this fence, it is decided on what a reading finds, in the same transaction.
 *
 * Under one fence a running receipt changes only by renewals and by counted refusals (and its times by `age`).
 */
export function settleUnchanged(
  tables: Tables,
  { fence, claimedAt, generations, outcome }: SettleUnchanged,
  clock: StoreClock,
): StoreTime | FencedAnswer {
  const at = wholeMs(clock.now())
  const { id, token, attempt, incarnation } = fence
  const { changes } = tables
    .prepared(SUCCEED)
    .run(at, at, outcome, idBytes(id), token, attempt, incarnation, claimedAt, generations)
  return changes === 1 ? at : settle(tables, fence, { as: 'succeeded', outcome }, clock)
}

/** `undefined` where it is to be decided on what a reading finds from the start. */
export function asUnchanged(
  fence: Fence,
  settlement: Settlement,
  claimed: Running | undefined,
): SettleUnchanged | undefined {
  if (settlement.as !== 'succeeded' || claimed === undefined) return undefined
  if (claimed.id !== fence.id || !holds(fence, claimed)) return undefined
  const { outcome } = settlement
  const generations = generationsText(claimed)
  return { do: 'settle_unchanged', fence, claimedAt: wholeMs(claimed.claimedAt), generations, outcome }
}

const SUCCEED = `
UPDATE counterfoil_receipts SET
  state = 'succeeded', settled_at = ?, sweep_due_at = min(? + ttl_ms, ${MAX_WHOLE}), outcome = ?,
  doubt_since = NULL, lease_ends_at = NULL, request = NULL
WHERE id = ? AND token = ? AND attempt = ? AND incarnation = ? AND claimed_at = ? AND generations = ?
  AND state = 'in_progress' AND given_up IS NULL`
