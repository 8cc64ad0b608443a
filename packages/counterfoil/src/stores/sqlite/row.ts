import {
  type FlatReceipt,
  generationsText,
  outcomeBytesOf,
  type Receipt,
  type ReceiptId,
  receiptFrom,
  sweepDueAt,
  wholeMs,
} from '../../core/index.ts'

/** The columns of a receipt, in the order of `Row`: all but `seq` and `sweep_due_at`. */
export const COLUMNS: string = columns('outcome, request')

/** The same with stand-ins for the bytes, so that no decision about times reads them. */
export const COLUMNS_WITHOUT_BYTES: string = columns(
  `iif(outcome IS NULL, NULL, x'') AS outcome, iif(request IS NULL, NULL, x'') AS request`,
)

function columns(bytes: string): string {
  return `
  id, tenant, operation, key, incarnation, created_at, fingerprint_version, fingerprint,
  credentials, on_failure, on_abandoned, ttl_ms, key_retention_ms,
  attempt, token, purpose, claimed_at, predecessor, doubt_since, generations, history,
  state, retryable, lease_ends_at, given_up, recoverable_at, settled_at, ${bytes}`
}

export type Row = readonly [
  ...FlatReceipt<Uint8Array, number>,
  outcome: Uint8Array | null,
  request: Uint8Array | null,
]

type Value = string | number | Uint8Array | null

/** In the order of the INSERT in claim.ts. */
export function insertValues(receipt: Receipt): Value[] {
  return [
    idBytes(receipt.id),
    receipt.tenant,
    receipt.operation,
    receipt.key,
    receipt.incarnation,
    wholeMs(receipt.createdAt),
    receipt.fingerprint.version,
    receipt.fingerprint.digest,
    ...movingValues(receipt),
  ]
}

/** In the order of the UPDATE in tables.ts. */
export function updateValues(receipt: Receipt): Value[] {
  const values = movingValues(receipt)
  values.push(idBytes(receipt.id))
  return values
}

/** What a transition may change. */
function movingValues(receipt: Receipt): Value[] {
  const lease = receipt.state === 'in_progress' ? receipt : undefined
  const inDoubt = lease?.givenUp?.as === 'in_doubt' ? lease.givenUp : undefined
  return [
    receipt.credentials,
    receipt.policies.onFailure,
    receipt.policies.onAbandoned,
    wholeMs(receipt.ttlMs),
    wholeMs(receipt.keyRetentionMs),
    receipt.attempt,
    receipt.token,
    receipt.purpose,
    wholeMs(receipt.claimedAt),
    receipt.predecessor,
    wholeMs(receipt.doubtSince),
    generationsText(receipt),
    receipt.history.length === 0 ? '[]' : JSON.stringify(receipt.history),
    receipt.state,
    receipt.state === 'failed' ? Number(receipt.retryable) : null,
    lease ? wholeMs(lease.leaseEndsAt) : null,
    lease?.givenUp?.as ?? null,
    inDoubt ? wholeMs(inDoubt.recoverableAt) : null,
    receipt.state === 'in_progress' ? null : wholeMs(receipt.settledAt),
    wholeMs(sweepDueAt(receipt)),
    outcomeBytesOf(receipt),
    receipt.request,
  ]
}

export function receiptOf(row: Row): Receipt {
  return receiptFrom(idText(row[0]), row, row[27], row[28])
}

export function idBytes(id: ReceiptId): Uint8Array {
  return Buffer.from(id, 'hex')
}

export function idText(id: Uint8Array): ReceiptId {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex')
}
