import { type FlatReceipt, type Receipt, type ReceiptId, receiptFrom } from '../../core/index.ts'
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

/** What `FACTS` selects, in its order. */
type Facts = readonly [...FlatReceipt<ReceiptId, boolean>, revision: number]

/** A receipt as read, and which of its versions it is: every change makes another. */
export interface Stored {
  readonly receipt: Receipt
  readonly revision: number
}

/** Reads what `RECEIPT` selects. */
export function storedOf(row: Row): Stored {
  const facts = JSON.parse(row.facts as string) as Facts
  return {
    receipt: receiptFrom(facts[0], facts, bytesOf(row.outcome), bytesOf(row.request)),
    revision: facts[27],
  }
}

/** Of what `encode(…, 'hex')` gave. */
export function bytesOf(hex: unknown): Uint8Array | null {
  return hex === null ? null : Buffer.from(hex as string, 'hex')
}
