import { expect, test } from 'vitest'
import type { ClaimDecision, ClaimRequest, ReceiptStore } from '../../src/core/index.ts'
import { claimFor } from '../../src/engine/claim.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { StoreUnavailable } from '../../src/index.ts'

test('a claim whose answer comes when nobody waits for it any more is given back, each of them', async () => {
  const answers: PromiseWithResolvers<ClaimDecision>[] = []
  const writes: (() => Promise<void>)[] = []
  const engine = {
    store: {
      name: 'slow',
      claim() {
        const answer = Promise.withResolvers<ClaimDecision>()
        answers.push(answer)
        return answer.promise
      },
    } as unknown as ReceiptStore,
    // Every wait is over at once: no answer comes in time.
    runtime: {
      random: () => 'random',
      jitter: () => 0,
      after(_ms: number, then: () => void) {
        queueMicrotask(then)
        return { cancel: () => undefined }
      },
    },
    elapsed: () => 0,
    background: { keepTrying: (write: () => Promise<void>) => writes.push(write) },
  } as unknown as Engine
  await expect(claimFor(engine, { id: 'id', leaseMs: 30_000 } as ClaimRequest)).rejects.toThrow(
    StoreUnavailable,
  )
  expect(answers).toHaveLength(3)
  expect(writes).toHaveLength(1)
  for (const { resolve } of answers) resolve({ kind: 'claimed' } as ClaimDecision)
  await new Promise((resolve) => setImmediate(resolve))
  expect(writes).toHaveLength(1 + 3)
})
