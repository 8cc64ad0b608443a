import type { OnAbandoned, OnFailure } from './guarantee.ts'
import type {
  HistoryEntry,
  InProgress,
  Predecessor,
  Purpose,
  Receipt,
  ReceiptFacts,
  ReceiptId,
  ReceiptState,
  StoreTime,
} from './receipt.ts'

/**
 * A receipt as the columns of a table, in this order; its outcome and its request are apart. `Id` and `Flag` are what the
 * database gives for an id and a boolean. By place and not by name: SQLite reads a row as an array in half the time (3.3 µs
 * against 6.5).
 */
export type FlatReceipt<Id, Flag> = readonly [
  id: Id,
  tenant: string,
  operation: string,
  key: string | null,
  incarnation: string,
  createdAt: StoreTime,
  fingerprintVersion: number,
  fingerprint: string,
  credentials: string | null,
  onFailure: OnFailure,
  onAbandoned: OnAbandoned,
  ttlMs: number,
  keyRetentionMs: number,
  attempt: number,
  token: string,
  purpose: Purpose,
  claimedAt: StoreTime,
  predecessor: Predecessor,
  doubtSince: StoreTime | null,
  /** JSON: see `generationsText`. */
  generations: string,
  /** JSON. */
  history: string,
  state: ReceiptState,
  /** Of a failure: set where it is released. */
  retryable: Flag | null,
  /** While in progress. */
  leaseEndsAt: StoreTime | null,
  /** While in progress. */
  givenUp: 'in_doubt' | 'tombstone' | null,
  /** While in doubt. */
  recoverableAt: StoreTime | null,
  settledAt: StoreTime | null,
]

/** @param outcome while in doubt: the refusal. */
export function receiptFrom(
  id: ReceiptId,
  flat: readonly [...FlatReceipt<unknown, unknown>, ...unknown[]],
  outcome: Uint8Array | null,
  request: Uint8Array | null,
): Receipt {
  const facts: ReceiptFacts = {
    id,
    tenant: flat[1],
    operation: flat[2],
    key: flat[3],
    incarnation: flat[4],
    createdAt: flat[5],
    fingerprint: { version: flat[6], digest: flat[7] },
    credentials: flat[8],
    policies: { onFailure: flat[9], onAbandoned: flat[10] },
    ttlMs: flat[11],
    keyRetentionMs: flat[12],
    attempt: flat[13],
    token: flat[14],
    purpose: flat[15],
    claimedAt: flat[16],
    predecessor: flat[17],
    doubtSince: flat[18],
    generations: flat[19] === '{}' ? {} : (JSON.parse(flat[19]) as Record<string, number>),
    history: flat[20] === '[]' ? [] : (JSON.parse(flat[20]) as HistoryEntry[]),
    request,
  }
  if (flat[21] === 'in_progress') return inProgress(facts, flat[23] as StoreTime, flat[24], flat[25], outcome)
  const settledAt = flat[26] as StoreTime
  if (flat[21] === 'succeeded') return { ...facts, state: 'succeeded', settledAt, outcome }
  return flat[22]
    ? { ...facts, state: 'failed', retryable: true, settledAt, outcome }
    : { ...facts, state: 'failed', retryable: false, settledAt, outcome }
}

/** As text, so that it can be compared in the statement that settles a receipt as it was claimed. */
export function generationsText({ generations }: Receipt): string {
  return JSON.stringify(generations)
}

/** Past this a number is not read back as it was written. */
export const MAX_WHOLE: number = Number.MAX_SAFE_INTEGER

/** For a column of whole milliseconds. Rounded up: a lease may last longer for it, and never shorter. */
export function wholeMs(ms: number): number
export function wholeMs(ms: number | null): number | null
export function wholeMs(ms: number | null): number | null {
  if (ms === null) return null
  return Math.max(-MAX_WHOLE, Math.min(MAX_WHOLE, Math.ceil(ms)))
}

function inProgress(
  facts: ReceiptFacts,
  leaseEndsAt: StoreTime,
  as: 'in_doubt' | 'tombstone' | null,
  recoverableAt: StoreTime | null,
  refusal: Uint8Array | null,
): InProgress {
  if (as === null) return { ...facts, state: 'in_progress', leaseEndsAt, givenUp: null }
  if (as === 'tombstone') return { ...facts, state: 'in_progress', leaseEndsAt, givenUp: { as } }
  const givenUp = { as, recoverableAt: recoverableAt as StoreTime, refusal }
  return { ...facts, state: 'in_progress', leaseEndsAt, givenUp }
}
