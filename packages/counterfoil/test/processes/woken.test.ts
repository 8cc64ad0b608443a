import { expect, it } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { WAKE_ROUNDS, WAKE_WITHIN_MS } from './counts.ts'
import { figure } from './figure.ts'
import { idOf } from './stored.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

const WAITING = 3
const CALLS_EACH = 5

it(`a settle wakes those who wait in ${WAITING} other processes within ${WAKE_WITHIN_MS} ms, in each of ${WAKE_ROUNDS} rounds`, async () => {
  const { file, ledger } = freshFolder()
  const terms = { file, ledger, guarantee: 'at-most-once', leaseMs: 30_000 } as const
  const [holder, others] = await Promise.all([
    WorkerProcess.start(terms),
    WorkerProcess.startAll(WAITING, terms),
  ])
  const store = sqliteStore(file)
  const delaysMs: number[] = []
  for (let round = 0; round < WAKE_ROUNDS; round += 1) {
    const key = `order-${round}`
    const held = holder.call({ key, calls: 1, effectMs: 300 })
    await holder.hears('effect')
    const waiting = others.map((other) => other.callTimed({ key, calls: CALLS_EACH, effectMs: 1 }))
    await held
    const { receipt } = await store.read(idOf(key))
    const settledAt = receipt?.state === 'succeeded' ? receipt.settledAt : Number.NaN
    for (const { answers, endedAt } of await Promise.all(waiting)) {
      const outcome = { value: `${key} by attempt 1`, replayed: true, attempt: 1 }
      expect(answers).toEqual(Array.from({ length: CALLS_EACH }, () => outcome))
      delaysMs.push(endedAt - settledAt)
    }
  }
  figure('from a settle to the last of those who wait for it in another process', delaysMs)
  for (const delayMs of delaysMs) expect(delayMs).toBeLessThan(WAKE_WITHIN_MS)
  await store.close()
  await Promise.all([holder, ...others].map((worker) => worker.close()))
})
