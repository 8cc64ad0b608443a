import type { Answers } from '../answers/answers.ts'
import { RECEIPT_BYTES } from './measured.ts'

/** What it comes to once as many are swept as are made. */
export interface Sizing {
  /** Receipts with their outcome, and those that are tombstones: the key alone. */
  readonly receipts: number
  readonly tombstones: number
  readonly overheadBytes: number
  readonly outcomeBytes: number
  readonly bytes: number
  /** Outcomes dropped and keys forgotten, together, a second. */
  readonly sweptPerSecond: number
  /** Attempts under way at the peak, and what of their outcomes is in memory, before they are settled. */
  readonly underWay: number
  readonly heldBackBytes: number
  /** First-time requests of one second at the peak. */
  readonly claimsInASecond: number
}

export function sizingOf({ operation, store, load, keep }: Answers): Sizing {
  const seconds = (ms: number): number => ms / 1000
  const receipts = Math.ceil(load.perSecond * seconds(keep.outcomeMs))
  const tombstones = Math.ceil(load.perSecond * seconds(Math.max(0, keep.keyMs - keep.outcomeMs)))
  const overheadBytes = store.kind === 'memory' ? RECEIPT_BYTES.redis : RECEIPT_BYTES[store.kind]
  const underWay = Math.ceil(load.peakPerSecond * seconds(operation.usualMs))
  return {
    receipts,
    tombstones,
    overheadBytes,
    outcomeBytes: load.outcomeBytes,
    bytes: receipts * (overheadBytes + load.outcomeBytes) + tombstones * overheadBytes,
    sweptPerSecond: load.perSecond * (tombstones > 0 ? 2 : 1),
    underWay,
    heldBackBytes: underWay * load.outcomeBytes,
    claimsInASecond: Math.ceil(load.peakPerSecond),
  }
}
