import { setTimeout as passes } from 'node:timers/promises'
import { decideClaim, type ReceiptStore } from '../../src/core/index.ts'
import { overStore } from './over-store.ts'

/** Longer than processes that start together are apart. */
const GAP_MS = 200

/** Broken on purpose: it looks, decides, and then writes; who comes in between is not seen. */
export function checkThenSet(store: ReceiptStore): ReceiptStore {
  return overStore(store, {
    async claim(request) {
      const { receipt, now } = await store.read(request.id)
      const decision = decideClaim(receipt, request, now)
      if (decision.kind !== 'claimed') return decision
      await passes(GAP_MS)
      await store.claim(request)
      return decision
    },
  })
}
