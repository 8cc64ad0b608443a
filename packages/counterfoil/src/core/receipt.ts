import type { Fingerprint } from './fingerprint/index.ts'
import type { Policies } from './guarantee.ts'

/** SHA-256 over (tenant, operation, key), as 64 lower-case hex characters: see `receiptId`. */
export type ReceiptId = string

/** The right to write: every write by a claim's holder is conditional on all four. */
export interface Fence {
  readonly id: ReceiptId
  readonly incarnation: string
  /** 1 for the first run under a receipt, then 2, 3, … */
  readonly attempt: number
  /** Random, and known only to the `once()` call that holds the claim. */
  readonly token: string
}

/** How the attempt before the present one ended. Kept, so that a claim sent again gets the answer it would have had. */
export type Predecessor = 'none' | 'released' | 'abandoned'

/** What a claim was given for: to run the side effect, or to find out first whether an abandoned attempt had one. */
export type Purpose = 'run' | 'recovery'

/** Milliseconds since the epoch, by the store's clock. */
export type StoreTime = number

export type HistoryEntry = PastAttempt | ChangeByHand

export interface PastAttempt {
  readonly kind: 'attempt'
  readonly attempt: number
  readonly purpose: Purpose
  readonly claimedAt: StoreTime
  readonly endedAt: StoreTime
  readonly ended: 'released' | 'abandoned'
}

export interface ChangeByHand {
  readonly kind: 'by_hand'
  readonly attempt: number
  readonly at: StoreTime
  readonly did: 'released' | 'resolved'
  readonly by: string
  readonly note: string | null
}

/** A receipt remembers this many past attempts and changes by hand; older ones are dropped. */
export const MAX_HISTORY = 20

/** What every receipt says, whatever its state. */
export interface ReceiptFacts {
  readonly id: ReceiptId
  readonly tenant: string
  readonly operation: string
  /** `null` where the user asked for keys not to be stored in clear. */
  readonly key: string | null
  /** Random, new with each creation: steps hang on it, so that a reused key never meets old ones. */
  readonly incarnation: string
  readonly createdAt: StoreTime
  readonly fingerprint: Fingerprint
  /** A keyed digest of the caller's credentials, in deployments with one tenant; else `null`. */
  readonly credentials: string | null
  readonly policies: Policies
  /** How long the outcome's bytes are kept once settled. */
  readonly ttlMs: number
  /** How long the key is remembered once settled; never less than `ttlMs`. */
  readonly keyRetentionMs: number
  readonly attempt: number
  readonly token: string
  readonly purpose: Purpose
  readonly claimedAt: StoreTime
  readonly predecessor: Predecessor
  /** When an attempt was first abandoned with nobody having cleared the doubt since; `null` where none stands. */
  readonly doubtSince: StoreTime | null
  /** Per step: how many definite refusals its downstream gave, which is the generation of the next derived key. */
  readonly generations: Readonly<Record<string, number>>
  readonly history: readonly HistoryEntry[]
  /** The request itself, where the operation keeps it for a later re-run. */
  readonly request: Uint8Array | null
}

/** Somebody holds the claim until `leaseEndsAt`; from then on the receipt is abandoned. */
export interface Running extends ReceiptFacts {
  readonly state: 'in_progress'
  readonly leaseEndsAt: StoreTime
  readonly givenUp: null
}

/** Nobody holds the claim any more, whatever its lease said: abandoned at once. */
export interface GivenUp extends ReceiptFacts {
  readonly state: 'in_progress'
  /** When it was given up. */
  readonly leaseEndsAt: StoreTime
  readonly givenUp: InDoubt | TombstoneOfUnknown
}

/** The attempt itself said that it doesn't know whether its effect happened, or was refused while older doubt stood. */
export interface InDoubt {
  readonly as: 'in_doubt'
  /** No recovery before this time: the last one didn't know, and backs off. */
  readonly recoverableAt: StoreTime
  /** The refusal that this attempt ended with, for those who waited on it; `null` where it had no answer. */
  readonly refusal: Uint8Array | null
}

/** Held for so long that only the key is still remembered. */
export interface TombstoneOfUnknown {
  readonly as: 'tombstone'
}

export interface Succeeded extends ReceiptFacts {
  readonly state: 'succeeded'
  readonly settledAt: StoreTime
  /** The encoded outcome; `null` once the sweep has dropped it. */
  readonly outcome: Uint8Array | null
}

export interface FailedForGood extends ReceiptFacts {
  readonly state: 'failed'
  readonly retryable: false
  readonly settledAt: StoreTime
  readonly outcome: Uint8Array | null
}

/** A failure after which the next request with this key and fingerprint runs again. */
export interface Released extends ReceiptFacts {
  readonly state: 'failed'
  readonly retryable: true
  readonly settledAt: StoreTime
  /** The refusal, for those who waited on the attempt; `null` where nobody ran, or the bytes are gone. */
  readonly outcome: Uint8Array | null
}

export type InProgress = Running | GivenUp
export type Settled = Succeeded | FailedForGood
export type Receipt = InProgress | Settled | Released
export type ReceiptState = Receipt['state']

/** The fence under which a receipt's present attempt writes. */
export function fenceOf(receipt: Receipt): Fence {
  return { id: receipt.id, incarnation: receipt.incarnation, attempt: receipt.attempt, token: receipt.token }
}

/** Whether this fence is the one that the receipt was last claimed under. */
export function holds(fence: Fence, receipt: Receipt): boolean {
  return (
    receipt.incarnation === fence.incarnation &&
    receipt.attempt === fence.attempt &&
    receipt.token === fence.token
  )
}

/** What the last attempt ended with, in bytes: of a receipt in doubt, its refusal. Stores keep the two in one place. */
export function outcomeBytesOf(receipt: Receipt): Uint8Array | null {
  if (receipt.state !== 'in_progress') return receipt.outcome
  return receipt.givenUp?.as === 'in_doubt' ? receipt.givenUp.refusal : null
}

/** A receipt's facts without its state, to build the next state upon. */
export function factsOf(receipt: Receipt): ReceiptFacts {
  return {
    id: receipt.id,
    tenant: receipt.tenant,
    operation: receipt.operation,
    key: receipt.key,
    incarnation: receipt.incarnation,
    createdAt: receipt.createdAt,
    fingerprint: receipt.fingerprint,
    credentials: receipt.credentials,
    policies: receipt.policies,
    ttlMs: receipt.ttlMs,
    keyRetentionMs: receipt.keyRetentionMs,
    attempt: receipt.attempt,
    token: receipt.token,
    purpose: receipt.purpose,
    claimedAt: receipt.claimedAt,
    predecessor: receipt.predecessor,
    doubtSince: receipt.doubtSince,
    generations: receipt.generations,
    history: receipt.history,
    request: receipt.request,
  }
}

export function remember(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  return [...history, entry].slice(-MAX_HISTORY)
}
