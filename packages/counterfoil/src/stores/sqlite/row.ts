import type {
  HistoryEntry,
  InProgress,
  OnAbandoned,
  OnFailure,
  Predecessor,
  Purpose,
  Receipt,
  ReceiptFacts,
  ReceiptId,
  ReceiptState,
  StoreTime,
} from '../../core/index.ts'
import { sweepDueAt } from '../../core/index.ts'

/** A row of `counterfoil_receipts`, but for its `seq`. */
export interface Row {
  readonly id: Uint8Array
  readonly tenant: string
  readonly operation: string
  readonly key: string | null
  readonly incarnation: string
  readonly created_at: number
  readonly fingerprint_version: number
  readonly fingerprint: string
  readonly credentials: string | null
  readonly on_failure: OnFailure
  readonly on_abandoned: OnAbandoned
  readonly ttl_ms: number
  readonly key_retention_ms: number
  readonly attempt: number
  readonly token: string
  readonly purpose: Purpose
  readonly claimed_at: number
  readonly predecessor: Predecessor
  readonly doubt_since: number | null
  readonly generations: string
  readonly history: string
  readonly state: ReceiptState
  readonly retryable: number | null
  readonly lease_ends_at: number | null
  readonly given_up: 'in_doubt' | 'tombstone' | null
  readonly recoverable_at: number | null
  readonly settled_at: number | null
  readonly outcome: Uint8Array | null
  readonly request: Uint8Array | null
}

type Value = string | number | Uint8Array | null

/** What never changes in a receipt's life, in the order of the INSERT. */
export function fixedValues(receipt: Receipt): Value[] {
  return [
    idBytes(receipt.id),
    receipt.tenant,
    receipt.operation,
    receipt.key,
    receipt.incarnation,
    whole(receipt.createdAt),
    receipt.fingerprint.version,
    receipt.fingerprint.digest,
  ]
}

/** What a transition may change, in the order of the INSERT and of the UPDATE. */
export function movingValues(receipt: Receipt): Value[] {
  return [
    receipt.credentials,
    receipt.policies.onFailure,
    receipt.policies.onAbandoned,
    whole(receipt.ttlMs),
    whole(receipt.keyRetentionMs),
    receipt.attempt,
    receipt.token,
    receipt.purpose,
    whole(receipt.claimedAt),
    receipt.predecessor,
    whole(receipt.doubtSince),
    JSON.stringify(receipt.generations),
    JSON.stringify(receipt.history),
    receipt.state,
    receipt.state === 'failed' ? Number(receipt.retryable) : null,
    ...(receipt.state === 'in_progress'
      ? leaseValues(receipt)
      : [null, null, null, whole(receipt.settledAt)]),
    whole(sweepDueAt(receipt)),
    receipt.state === 'in_progress' ? refusalOf(receipt) : receipt.outcome,
    receipt.request,
  ]
}

export function receiptOf(row: Row): Receipt {
  const facts: ReceiptFacts = {
    id: idText(row.id),
    tenant: row.tenant,
    operation: row.operation,
    key: row.key,
    incarnation: row.incarnation,
    createdAt: row.created_at,
    fingerprint: { version: row.fingerprint_version, digest: row.fingerprint },
    credentials: row.credentials,
    policies: { onFailure: row.on_failure, onAbandoned: row.on_abandoned },
    ttlMs: row.ttl_ms,
    keyRetentionMs: row.key_retention_ms,
    attempt: row.attempt,
    token: row.token,
    purpose: row.purpose,
    claimedAt: row.claimed_at,
    predecessor: row.predecessor,
    doubtSince: row.doubt_since,
    generations: row.generations === '{}' ? {} : (JSON.parse(row.generations) as Record<string, number>),
    history: row.history === '[]' ? [] : (JSON.parse(row.history) as HistoryEntry[]),
    request: row.request,
  }
  if (row.state === 'in_progress') return inProgress(facts, row)
  const settledAt = row.settled_at as StoreTime
  if (row.state === 'succeeded') return { ...facts, state: 'succeeded', settledAt, outcome: row.outcome }
  return row.retryable === 1
    ? { ...facts, state: 'failed', retryable: true, settledAt, outcome: row.outcome }
    : { ...facts, state: 'failed', retryable: false, settledAt, outcome: row.outcome }
}

export function idBytes(id: ReceiptId): Uint8Array {
  return Buffer.from(id, 'hex')
}

export function idText(id: Uint8Array): ReceiptId {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex')
}

/** Kept as whole milliseconds, rounded up: a lease may last longer for it, and never shorter. */
export function whole(ms: number): number
export function whole(ms: number | null): number | null
export function whole(ms: number | null): number | null {
  if (ms === null) return null
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(ms)))
}

function leaseValues(receipt: InProgress): Value[] {
  const { givenUp } = receipt
  const recoverableAt = givenUp?.as === 'in_doubt' ? whole(givenUp.recoverableAt) : null
  return [whole(receipt.leaseEndsAt), givenUp?.as ?? null, recoverableAt, null]
}

function refusalOf({ givenUp }: InProgress): Uint8Array | null {
  return givenUp?.as === 'in_doubt' ? givenUp.refusal : null
}

function inProgress(facts: ReceiptFacts, row: Row): InProgress {
  const leaseEndsAt = row.lease_ends_at as StoreTime
  if (row.given_up === null) return { ...facts, state: 'in_progress', leaseEndsAt, givenUp: null }
  if (row.given_up === 'tombstone') {
    return { ...facts, state: 'in_progress', leaseEndsAt, givenUp: { as: 'tombstone' } }
  }
  const recoverableAt = row.recoverable_at as StoreTime
  return {
    ...facts,
    state: 'in_progress',
    leaseEndsAt,
    givenUp: { as: 'in_doubt', recoverableAt, refusal: row.outcome },
  }
}
