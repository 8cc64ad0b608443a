import {
  factsOf,
  type GivenUp,
  type Receipt,
  type Released,
  type Settled,
  type StoreTime,
} from './receipt.ts'
import { doubtOf, standingOf } from './standing.ts'

export type SweepDecision =
  | { readonly kind: 'keep' }
  /** The bytes go, the key stays: a tombstone. */
  | { readonly kind: 'drop_bytes'; readonly receipt: Settled | Released }
  /** Held past all patience: the request and the steps go, the key stays until an operator acts. Reported. */
  | { readonly kind: 'entomb'; readonly receipt: GivenUp }
  | { readonly kind: 'remove' }

/** What the sweep does with a receipt. It only carries out what time has decided already: no claim depends on it. */
export function decideSweep(receipt: Receipt, now: StoreTime): SweepDecision {
  const standing = standingOf(receipt, now)
  if (standing.is === 'absent') return { kind: 'remove' }
  if (receipt.state === 'in_progress') {
    return standing.is === 'tombstone' && receipt.givenUp?.as !== 'tombstone'
      ? { kind: 'entomb', receipt: entombed(receipt) }
      : { kind: 'keep' }
  }
  return receipt.outcome !== null && now >= receipt.settledAt + receipt.ttlMs
    ? { kind: 'drop_bytes', receipt: { ...receipt, outcome: null, request: null } }
    : { kind: 'keep' }
}

function entombed(held: Extract<Receipt, { state: 'in_progress' }>): GivenUp {
  return {
    ...factsOf(held),
    request: null,
    doubtSince: doubtOf(held),
    state: 'in_progress',
    leaseEndsAt: held.leaseEndsAt,
    givenUp: { as: 'tombstone' },
  }
}
