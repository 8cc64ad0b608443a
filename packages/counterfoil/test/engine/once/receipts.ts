import { onTestFinished } from 'vitest'
import { type ReceiptStore, receiptId } from '../../../src/core/index.ts'
import { createReceipts, type Receipts, type ReceiptsOptions } from '../../../src/engine/index.ts'

export const call = { tenant: 'acme', key: 'order-1', request: { amount: 1 } }

/** The receipt of that call to the operation `op`. */
export const id: string = receiptId({ tenant: 'acme', operation: 'op', key: 'order-1' })

/** A process's receipts in that store; closed with the test. */
export function receiptsOn(store: ReceiptStore, options: Partial<ReceiptsOptions> = {}): Receipts {
  const receipts = createReceipts({ store, sweep: 'off', ...options })
  onTestFinished(() => receipts.close())
  return receipts
}
