import { randomUUID } from 'node:crypto'
import { createReceipts, type Operation, type Receipts } from 'counterfoil'
import { sqliteStore } from 'counterfoil/sqlite'

// What all examples share: an operation, and the side effect that must happen once.

const receipts: Receipts = createReceipts({
  store: sqliteStore(process.env.RECEIPTS ?? 'receipts.db'),
})

export const charge: Operation<never> = receipts.operation('POST /charges', { guarantee: 'at-most-once' })

export interface Order {
  readonly amount: number
}

export async function chargeCard({ amount }: Order): Promise<{ id: string; amount: number }> {
  console.log(`charging ${amount}`)
  return { id: randomUUID(), amount }
}

export const port: number = Number(process.env.PORT ?? 3000)

export function listening(at: number): void {
  console.log(`listening on http://127.0.0.1:${at}`)
}
