import { createReceipts, type ReceiptStore } from 'counterfoil'
import type { Contender } from '../contender.ts'
import { type Charge, chargeCard } from '../payload.ts'

/** As an application would use it, with every default. */
export function counterfoil(store: ReceiptStore): Contender {
  const receipts = createReceipts({ store })
  const operation = receipts.operation<Charge>('charge-card', { guarantee: 'at-most-once' })
  const once: Contender['call'] = (key, order) =>
    operation.once({ tenant: 'acme', key, request: order }, chargeCard)
  return { call: once, retry: once, close: () => receipts.close() }
}
