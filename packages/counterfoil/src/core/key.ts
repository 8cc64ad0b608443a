import { hash } from 'node:crypto'
import { KeyInvalid, ScopeInvalid } from './errors.ts'
import type { ReceiptId } from './receipt.ts'

/** An idempotency key, and the scope in which it is unique. */
export interface ScopedKey {
  readonly tenant: string
  readonly operation: string
  readonly key: string
}

/** UTF-8 bytes. */
export const MAX_KEY_BYTES = 255
export const MAX_TENANT_BYTES = 255
/** Longer than a key: an operation may be named by a method and a whole path. */
export const MAX_OPERATION_BYTES = 1024

/**
 * The storage id of a receipt: 32 bytes as hex, safe for any text and any collation. The three texts are
 * length-prefixed, so that `("a", "bc")` and `("ab", "c")` differ. Nothing is normalised: two keys that differ in
 * case, in trailing blanks or in Unicode normalisation are two keys.
 *
 * @throws {KeyInvalid | ScopeInvalid} where a text breaks the key contract.
 */
export function receiptId({ tenant, operation, key }: ScopedKey): ReceiptId {
  const keyFault = faultOf(key, MAX_KEY_BYTES)
  if (keyFault) throw new KeyInvalid(keyFault)
  const tenantFault = faultOf(tenant, MAX_TENANT_BYTES)
  if (tenantFault) throw new ScopeInvalid('tenant', tenantFault)
  const operationFault = faultOf(operation, MAX_OPERATION_BYTES)
  if (operationFault) throw new ScopeInvalid('operation', operationFault)
  // UTF-16 lengths serve as well as byte lengths: well-formed text decodes in one way only.
  return hash(
    'sha256',
    `counterfoil receipt 1\n${tenant.length}:${tenant}${operation.length}:${operation}${key}`,
    'hex',
  )
}

// C0, DEL and C1: invisible in a log or a terminal, and cut short by some stores.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/

function faultOf(text: unknown, maxBytes: number): string | undefined {
  if (typeof text !== 'string') return `is ${text === null ? 'null' : typeof text}, not text`
  if (text === '') return 'is empty'
  // Every UTF-16 unit is at least one byte in UTF-8 and at most three: most keys are settled without counting.
  if (text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes)) {
    return `is longer than ${maxBytes} UTF-8 bytes`
  }
  if (controlCharacter.test(text)) return 'contains a control character'
  if (!text.isWellFormed()) return 'contains half of a surrogate pair'
  return undefined
}
