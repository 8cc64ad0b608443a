import { createReceipts, type ReceiptStore, type ReceiptsOptions } from 'counterfoil'
import type { Contender } from '../contender.ts'
import { type Charge, chargeCard } from '../payload.ts'

/** As an application would use it, with every default but those that are given. */
export function counterfoil(store: ReceiptStore, options: Omit<ReceiptsOptions, 'store'> = {}): Contender {
  const receipts = createReceipts({ ...options, store })
  const operation = receipts.operation<Charge>('charge-card', { guarantee: 'at-most-once' })
  const once: Contender['call'] = (key, order) =>
    operation.once({ tenant: 'acme', key, request: order }, chargeCard)
  return { call: once, retry: once, close: () => receipts.close() }
}
