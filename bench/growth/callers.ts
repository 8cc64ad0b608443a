import { createReceipts, type Operation, type ReceiptStore } from 'counterfoil'
import { type Charge, chargeCard, orderFor } from '../payload.ts'

/** An application on a store, whose receipts are numbered through. */
export class Callers {
  readonly #operation: Operation<Charge>
  readonly #shortLived: Operation<Charge>
  #next = 0

  constructor(store: ReceiptStore) {
    const receipts = createReceipts({ store, sweep: 'off' })
    this.#operation = receipts.operation<Charge>('charge-card', { guarantee: 'at-most-once' })
    this.#shortLived = receipts.operation<Charge>('charge-briefly', {
      guarantee: 'at-most-once',
      wait: 'reject',
      ttl: `${SHORT_LIFE_MS}ms`,
    })
  }

  /** @returns how long each of so many first-time calls took, in milliseconds */
  call(calls: number, atOnce: number): Promise<number[]> {
    return this.#run(this.#operation, calls, atOnce)
  }

  /** Leaves so many receipts that are due for the sweep `SHORT_LIFE_MS` later. */
  async leaveExpiring(count: number): Promise<void> {
    await this.#run(this.#shortLived, count, 256)
  }

  async #run(operation: Operation<Charge>, calls: number, atOnce: number): Promise<number[]> {
    const took: number[] = []
    const until = this.#next + calls
    const caller = async (): Promise<void> => {
      while (this.#next < until) {
        const key = `key-${this.#next++}`
        const startedAt = performance.now()
        await operation.once({ tenant: 'acme', key, request: orderFor(key) }, chargeCard)
        took.push(performance.now() - startedAt)
      }
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, calls) }, caller))
    return took
  }
}

export const SHORT_LIFE_MS = 500
