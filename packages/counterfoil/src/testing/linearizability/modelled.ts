import { aged, type Receipt, type StoreTime } from '../../core/index.ts'

/**
 * What a key's receipt may be after some calls. All its times are as early as they can be, and may in truth be later,
 * all by the same, up to `lateMs`: a renewal's answer, or a lost one, doesn't say when the store made it.
 */
export interface Modelled {
  readonly receipt: Receipt | undefined
  readonly lateMs: number
  /** The same of its `claimedAt` alone: later changes leave that as it is. */
  readonly claimedLateMs: number
  /** When it was last changed, at the earliest. */
  readonly since: StoreTime
}

export const nothingKept: Modelled = {
  receipt: undefined,
  lateMs: 0,
  claimedLateMs: 0,
  since: Number.NEGATIVE_INFINITY,
}

/** Where what is kept is known to be later by between so much and so much, and nothing where it can't be. */
export function narrowed(kept: Modelled, least: number, most: number): readonly Modelled[] {
  const from = Math.max(0, least)
  const to = Math.min(kept.lateMs, most)
  if (from > to) return []
  if (from === 0 && to === kept.lateMs) return [kept]
  return [{ ...kept, receipt: later(kept.receipt, from), lateMs: to - from }]
}

export function later(receipt: Receipt | undefined, ms: number): Receipt | undefined {
  return receipt === undefined || ms === 0 ? receipt : { ...aged(receipt, -ms), claimedAt: receipt.claimedAt }
}

/** Without what no decision looks at, so that two ways to the same receipt are seen as one. */
export function essence(receipt: Receipt): Receipt {
  return { ...receipt, history: [], generations: {}, createdAt: 0 }
}
