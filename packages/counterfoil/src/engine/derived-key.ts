import { createHmac } from 'node:crypto'
import type { ReceiptId } from '../core/index.ts'

/**
 * The idempotency key for a downstream call: the same in every attempt while that call's outcome is unknown, another
 * for each step and for each generation. It hangs on (tenant, operation, key) by way of the receipt's id, and on
 * nothing that a store could forget, so that a downstream still deduplicates after a store has lost its receipts.
 *
 * 43 characters of base64url.
 */
export function derivedKey(secret: string, id: ReceiptId, step: string, generation: number): string {
  // As JSON: half of a surrogate pair has no UTF-8 of its own, and would be one with every other.
  return createHmac('sha256', `counterfoil derived key 1\n${secret}`)
    .update(`${id}${JSON.stringify(step)}${generation}`)
    .digest('base64url')
}
