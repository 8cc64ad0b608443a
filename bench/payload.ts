/** What a call asks for: about 700 bytes of JSON. Another one for each key, so that nothing can be remembered by identity. */
export interface Order {
  readonly orderId: string
  readonly [member: string]: unknown
}

/** What a call comes to: 1 KiB of JSON. */
export interface Charge {
  readonly chargeId: string
  readonly receipt: string
}

export function orderFor(key: string): Order {
  return {
    orderId: key,
    customer: {
      id: 'cus_9s6XKzkNRiz8i3',
      name: 'Aoife Ní Dhomhnaill',
      email: 'aoife@example.ie',
      address: { line1: '14 Sráid an Chaisleáin', city: 'Galway', postcode: 'H91 E8C2', country: 'IE' },
    },
    amount: 12_995,
    currency: 'eur',
    capture: true,
    tax: { rate: 0.23, amount: 2_430.37, inclusive: true },
    items: [
      { sku: 'BK-0042', title: 'The Book of Invoices', quantity: 1, unitPrice: 4_995, weightKg: 0.82 },
      { sku: 'ST-7781', title: 'Fountain pen, blue-black', quantity: 2, unitPrice: 3_500, weightKg: 0.031 },
      { sku: 'GV-0001', title: 'Gift wrapping', quantity: 1, unitPrice: 1_000, weightKg: null },
    ],
    shipping: { method: 'courier', insured: true },
    metadata: { channel: 'web' },
  }
}

const REQUEST_BYTES: number = Buffer.byteLength(JSON.stringify(orderFor('first-time-0000000')))

const charge: Charge = { chargeId: 'ch_3MmlLrLkdIwHu7ix0snN0B15', receipt: '' }
const filled: Charge = { ...charge, receipt: 'r'.repeat(1024 - JSON.stringify(charge).length) }
export const OUTCOME_BYTES: number = JSON.stringify(filled).length

export const PAYLOAD: string = `request ${REQUEST_BYTES} bytes of JSON, outcome ${OUTCOME_BYTES} bytes of JSON`

/** The effects that have run in this process: the bench checks that it measured what it says. */
export const effects: { count: number } = { count: 0 }

/** The side effect. It takes no time of its own: what is measured is what goes on around it. */
export async function chargeCard(): Promise<Charge> {
  effects.count += 1
  return filled
}
