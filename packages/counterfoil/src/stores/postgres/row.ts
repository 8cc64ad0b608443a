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
import type { Row } from './executor.ts'

/**
 * What a statement selects of a receipt `r` besides its bytes: one text, so that no driver's own idea of a bigint or a
 * boolean comes in between, and a row costs one value to read instead of twenty-seven.
 */
const FACTS = `json_build_array(
    encode(r.id, 'hex'), r.tenant, r.operation, r.key, r.incarnation, r.created_at, r.fingerprint_version, r.fingerprint,
    r.credentials, r.on_failure, r.on_abandoned, r.ttl_ms, r.key_retention_ms, r.attempt, r.token, r.purpose,
    r.claimed_at, r.predecessor, r.doubt_since, r.generations, r.history, r.state, r.retryable, r.lease_ends_at,
    r.given_up, r.recoverable_at, r.settled_at, r.revision)::text`

/**
 * A receipt with its bytes, as hex: a text is the same to every driver, whereas a bytea comes as the server's bytea_output
 * says, and there are drivers that read one of its forms alone, or make a text of the bytes.
 */
export const RECEIPT: string = `${FACTS} AS facts, encode(r.outcome, 'hex') AS outcome, encode(r.request, 'hex') AS request`

/** The same with stand-ins for the bytes, so that no decision about times reads them. */
export const RECEIPT_WITHOUT_BYTES: string = `${FACTS} AS facts,
  CASE WHEN r.outcome IS NOT NULL THEN '' END AS outcome, CASE WHEN r.request IS NOT NULL THEN '' END AS request`

type Facts = readonly [
  id: ReceiptId,
  tenant: string,
  operation: string,
  key: string | null,
  incarnation: string,
  createdAt: number,
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
  claimedAt: number,
  predecessor: Predecessor,
  doubtSince: number | null,
  generations: string,
  history: string,
  state: ReceiptState,
  retryable: boolean | null,
  leaseEndsAt: number | null,
  givenUp: 'in_doubt' | 'tombstone' | null,
  recoverableAt: number | null,
  settledAt: number | null,
  revision: number,
]

/** A receipt as read, and which of its versions it is: every change makes another. */
export interface Stored {
  readonly receipt: Receipt
  readonly revision: number
}

/** Reads what `RECEIPT` selects. */
export function storedOf(row: Row): Stored {
  const facts = JSON.parse(row.facts as string) as Facts
  return { receipt: receiptOf(facts, bytesOf(row.outcome), bytesOf(row.request)), revision: facts[27] }
}

/** Past this a number is not read back as it was written. */
export const MAX_WHOLE: number = Number.MAX_SAFE_INTEGER

/** Kept as whole milliseconds, rounded up: a lease may last longer for it, and never shorter. */
export function whole(ms: number): number
export function whole(ms: number | null): number | null
export function whole(ms: number | null): number | null {
  if (ms === null) return null
  return Math.max(-MAX_WHOLE, Math.min(MAX_WHOLE, Math.ceil(ms)))
}

export function generationsText({ generations }: Receipt): string {
  return JSON.stringify(generations)
}

/** Of what `encode(…, 'hex')` gave. */
export function bytesOf(hex: unknown): Uint8Array | null {
  return hex === null ? null : Buffer.from(hex as string, 'hex')
}

function receiptOf(facts: Facts, outcome: Uint8Array | null, request: Uint8Array | null): Receipt {
  const common: ReceiptFacts = {
    id: facts[0],
    tenant: facts[1],
    operation: facts[2],
    key: facts[3],
    incarnation: facts[4],
    createdAt: facts[5],
    fingerprint: { version: facts[6], digest: facts[7] },
    credentials: facts[8],
    policies: { onFailure: facts[9], onAbandoned: facts[10] },
    ttlMs: facts[11],
    keyRetentionMs: facts[12],
    attempt: facts[13],
    token: facts[14],
    purpose: facts[15],
    claimedAt: facts[16],
    predecessor: facts[17],
    doubtSince: facts[18],
    generations: facts[19] === '{}' ? {} : (JSON.parse(facts[19]) as Record<string, number>),
    history: facts[20] === '[]' ? [] : (JSON.parse(facts[20]) as HistoryEntry[]),
    request,
  }
  if (facts[21] === 'in_progress') return inProgress(common, facts, outcome)
  const settledAt = facts[26] as StoreTime
  if (facts[21] === 'succeeded') return { ...common, state: 'succeeded', settledAt, outcome }
  return facts[22] === true
    ? { ...common, state: 'failed', retryable: true, settledAt, outcome }
    : { ...common, state: 'failed', retryable: false, settledAt, outcome }
}

function inProgress(common: ReceiptFacts, facts: Facts, refusal: Uint8Array | null): InProgress {
  const leaseEndsAt = facts[23] as StoreTime
  const as = facts[24]
  if (as === null) return { ...common, state: 'in_progress', leaseEndsAt, givenUp: null }
  if (as === 'tombstone') return { ...common, state: 'in_progress', leaseEndsAt, givenUp: { as } }
  const recoverableAt = facts[25] as StoreTime
  return { ...common, state: 'in_progress', leaseEndsAt, givenUp: { as, recoverableAt, refusal } }
}
