import type { InProgress, Receipt, ReceiptState, Released, Running, Settled, StoreTime } from './receipt.ts'

/**
 * How a stored receipt stands at a moment: its state, and what time has made of it. Every decision about a claim, an
 * operator's change or the sweep starts from here, so that expiry never depends on whether the sweep has run. A write
 * under a fence looks at the fence alone, and not at the time: a late one is good until somebody takes over.
 */
export type Standing =
  | { readonly is: 'absent' }
  | { readonly is: 'running'; readonly receipt: Running }
  | { readonly is: 'abandoned'; readonly receipt: InProgress }
  | { readonly is: 'released'; readonly receipt: Released }
  | { readonly is: 'settled'; readonly receipt: Settled }
  /** The key is remembered and the outcome isn't: answered "result expired", never re-run. */
  | { readonly is: 'tombstone'; readonly receipt: Settled | InProgress }

/** Where a receipt is, in one word: its state, and what time has made of it. */
export type Place = 'absent' | 'in_progress' | 'abandoned' | 'succeeded' | 'failed' | 'released' | 'tombstone'

/** A held receipt is kept at least this long from its first lapse, however short the key retention. */
export const HELD_AT_LEAST_MS: number = 30 * 24 * 3_600_000

const absent: Standing = { is: 'absent' }

export function standingOf(receipt: Receipt | undefined, now: StoreTime): Standing {
  if (receipt === undefined) return absent
  if (receipt.state === 'in_progress') return standingInProgress(receipt, now)
  if (now >= receipt.settledAt + receipt.keyRetentionMs) return absent
  if (receipt.state === 'failed' && receipt.retryable) return { is: 'released', receipt }
  if (now >= receipt.settledAt + receipt.ttlMs || receipt.outcome === null)
    return { is: 'tombstone', receipt }
  return { is: 'settled', receipt }
}

export function placeOf(receipt: Receipt | undefined, now: StoreTime): Place {
  const standing = standingOf(receipt, now)
  if (standing.is === 'settled') return standing.receipt.state
  return standing.is === 'running' ? 'in_progress' : standing.is
}

/** A count for each place, from 0 on. */
export function countsByPlace(): Record<Place, number> {
  return { absent: 0, in_progress: 0, abandoned: 0, succeeded: 0, failed: 0, released: 0, tombstone: 0 }
}

/**
 * The state behind a place, where there is only one: a store may look for candidates by it. What time makes of each is
 * `placeOf`'s to say.
 */
export function stateAt(place: Place | undefined): ReceiptState | undefined {
  switch (place) {
    case 'in_progress':
    case 'abandoned':
      return 'in_progress'
    case 'failed':
    case 'released':
      return 'failed'
    case 'succeeded':
      return 'succeeded'
    default:
      return undefined
  }
}

function standingInProgress(receipt: InProgress, now: StoreTime): Standing {
  if (receipt.givenUp === null && now < receipt.leaseEndsAt) return { is: 'running', receipt }
  if (receipt.givenUp?.as !== 'tombstone' && now < abandonedUntil(receipt))
    return { is: 'abandoned', receipt }
  // A held receipt is never forgotten into a second payment: its tombstone stays until an operator acts on it.
  return receipt.policies.onAbandoned === 'hold' ? { is: 'tombstone', receipt } : absent
}

/** When doubt began about an abandoned receipt: with its first lapse, not its latest. */
export function doubtOf(receipt: InProgress): StoreTime {
  return receipt.doubtSince ?? receipt.leaseEndsAt
}

function abandonedUntil(receipt: InProgress): StoreTime {
  return receipt.policies.onAbandoned === 'hold'
    ? doubtOf(receipt) + Math.max(HELD_AT_LEAST_MS, receipt.keyRetentionMs)
    : receipt.leaseEndsAt + receipt.keyRetentionMs
}

/**
 * When the sweep will next have something to do for this receipt, if it stays as it is; `null` for never. A store may
 * keep it in an index. What the sweep then does is `decideSweep`'s decision.
 */
export function sweepDueAt(receipt: Receipt): StoreTime | null {
  if (receipt.state !== 'in_progress') {
    return receipt.settledAt + (receipt.outcome === null ? receipt.keyRetentionMs : receipt.ttlMs)
  }
  return receipt.givenUp?.as === 'tombstone' ? null : abandonedUntil(receipt)
}
