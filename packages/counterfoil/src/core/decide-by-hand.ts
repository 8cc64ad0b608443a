import {
  factsOf,
  type Receipt,
  type ReceiptId,
  type ReceiptState,
  remember,
  type StoreTime,
} from './receipt.ts'
import { standingOf } from './standing.ts'

/** The receipt that an operator looked at. A change is refused if it has moved on since. */
export interface HandTarget {
  readonly id: ReceiptId
  readonly incarnation: string
  readonly attempt: number
  readonly state: ReceiptState
}

export type HandChange = {
  /** Who; stored in the receipt. */
  readonly by: string
  /** Why; stored in the receipt. */
  readonly note: string | null
  /** Random: the receipt's new token, so that a zombie's settle loses. */
  readonly token: string
} & (
  | { readonly do: 'resolve'; readonly as: 'succeeded' | 'failed'; readonly outcome: Uint8Array }
  | { readonly do: 'release' }
)

export type HandDecision =
  | { readonly kind: 'write'; readonly receipt: Receipt }
  | { readonly kind: 'refused'; readonly why: HandRefusal }

export type HandRefusal =
  | 'absent'
  /** Another incarnation, attempt or state than the operator saw. */
  | 'moved_on'
  /** An attempt holds it: wait for its lease to end. */
  | 'running'
  /** A success never changes until it expires, so that it may be cached. */
  | 'succeeded'
  /** It is free already, or a stored failure can only be released. */
  | 'not_held'

/**
 * What an operator may do: settle or release what is held, or release a stored failure. One conditional write on
 * (incarnation, attempt, state).
 */
export function decideByHand(
  receipt: Receipt | undefined,
  target: HandTarget,
  change: HandChange,
  now: StoreTime,
): HandDecision {
  const standing = standingOf(receipt, now)
  if (standing.is === 'absent') return { kind: 'refused', why: 'absent' }
  const stored = standing.receipt
  if (
    stored.incarnation !== target.incarnation ||
    stored.attempt !== target.attempt ||
    stored.state !== target.state
  ) {
    return { kind: 'refused', why: 'moved_on' }
  }
  if (standing.is === 'running') return { kind: 'refused', why: 'running' }
  if (stored.state === 'succeeded') return { kind: 'refused', why: 'succeeded' }
  if (stored.state === 'failed' && (stored.retryable || change.do === 'resolve')) {
    return { kind: 'refused', why: 'not_held' }
  }
  return { kind: 'write', receipt: changed(stored, change, now) }
}

function changed(stored: Receipt, change: HandChange, now: StoreTime): Receipt {
  const common = {
    ...factsOf(stored),
    token: change.token,
    doubtSince: null,
    settledAt: now,
    history: remember(stored.history, {
      kind: 'by_hand',
      attempt: stored.attempt,
      at: now,
      did: change.do === 'release' ? 'released' : 'resolved',
      by: change.by,
      note: change.note,
    }),
  } as const
  if (change.do === 'release') return { ...common, state: 'failed', retryable: true, outcome: null }
  return change.as === 'succeeded'
    ? { ...common, request: null, state: 'succeeded', outcome: change.outcome }
    : { ...common, request: null, state: 'failed', retryable: false, outcome: change.outcome }
}
