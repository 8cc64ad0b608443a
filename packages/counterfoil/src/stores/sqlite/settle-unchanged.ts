import { type Fence, holds, type Running, type Settlement, type StoreTime } from '../../core/index.ts'
import type { StoreClock } from './clock.ts'
import { generationsText, idBytes, MAX_WHOLE, whole } from './row.ts'
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
 * before, and of the receipt only the time comes back. `changed` where the row is not as claimed but for its lease,
 * or not under this fence: that is decided on what a reading finds.
 *
 * Under one fence a running receipt changes only by renewals and by counted refusals (and its times by `age`).
 */
export function settleUnchanged(
  tables: Tables,
  { fence, claimedAt, generations, outcome }: SettleUnchanged,
  clock: StoreClock,
): StoreTime | 'changed' {
  const at = whole(clock.now())
  const { changes } = tables
    .prepared(SUCCEED)
    .run(
      at,
      at,
      outcome,
      idBytes(fence.id),
      fence.token,
      fence.attempt,
      fence.incarnation,
      claimedAt,
      generations,
    )
  return changes === 1 ? at : 'changed'
}

/** `undefined` where it has to be decided on what a reading finds. */
export function asUnchanged(
  fence: Fence,
  settlement: Settlement,
  claimed: Running | undefined,
): SettleUnchanged | undefined {
  if (settlement.as !== 'succeeded' || claimed === undefined || !holds(fence, claimed)) return undefined
  const { outcome } = settlement
  const generations = generationsText(claimed)
  return { do: 'settle_unchanged', fence, claimedAt: whole(claimed.claimedAt), generations, outcome }
}

const SUCCEED = `
UPDATE counterfoil_receipts SET
  state = 'succeeded', settled_at = ?, sweep_due_at = min(? + ttl_ms, ${MAX_WHOLE}), outcome = ?,
  doubt_since = NULL, lease_ends_at = NULL, request = NULL
WHERE id = ? AND token = ? AND attempt = ? AND incarnation = ? AND claimed_at = ? AND generations = ?
  AND state = 'in_progress' AND given_up IS NULL`
