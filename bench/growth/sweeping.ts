import { setTimeout as pause } from 'node:timers/promises'
import type { ReceiptStore } from 'counterfoil'
import { percentile } from '../statistics.ts'
import { type Callers, SHORT_LIFE_MS } from './callers.ts'

export interface Swept {
  readonly removed: number
  readonly batches: number
  readonly tookMs: number
  readonly longestBatchMs: number
  /** Of first-time calls, 64 at once, while it sweeps. */
  readonly p50Ms: number
  readonly p99Ms: number
}

const BATCH = 500
/** A store may find nothing in a batch, and more in the next one. */
const MAX_BATCHES = 100_000

/** Sweeps until nothing is due any more, while first-time calls go on. */
export async function swept(store: ReceiptStore, callers: Callers, due: number): Promise<Swept> {
  await callers.leaveExpiring(due)
  await pause(SHORT_LIFE_MS * 2)
  const meanwhile: number[] = []
  let sweeping = true
  const calling = (async () => {
    while (sweeping) meanwhile.push(...(await callers.call(64, 64)))
  })()
  const batches: number[] = []
  let removed = 0
  const startedAt = performance.now()
  for (let more = true; more && batches.length < MAX_BATCHES; ) {
    const beganAt = performance.now()
    const answer = await store.sweep(BATCH)
    batches.push(performance.now() - beganAt)
    removed += answer.removed
    more = answer.more
  }
  const tookMs = performance.now() - startedAt
  sweeping = false
  await calling
  return {
    removed,
    batches: batches.length,
    tookMs,
    longestBatchMs: Math.max(...batches),
    p50Ms: percentile(meanwhile, 0.5),
    p99Ms: percentile(meanwhile, 0.99),
  }
}
