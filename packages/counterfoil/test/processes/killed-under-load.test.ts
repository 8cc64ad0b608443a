import { expect, it } from 'vitest'
import { type Place, placeOf } from '../../src/core/index.ts'
import { createReceipts } from '../../src/engine/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { CALLS_UNDER_WAY, KILLS_UNDER_LOAD } from './counts.ts'
import { allEffects } from './ledger.ts'
import { answerOf, callFor, effectOn, recoverFrom } from './service.ts'
import { idOf, integrityOf } from './stored.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

// At no named point: with so many calls under way, a kill comes while some are being claimed, some settled, and a
// transaction of the worker thread is half written.

const LEASE_MS = 2000
const ANSWERS_FIRST = 100

it(`a kill -9 with ${CALLS_UNDER_WAY} calls under way loses no answered outcome and doubles no effect, in each of ${KILLS_UNDER_LOAD} rounds`, async () => {
  let inDoubt = 0
  for (let round = 0; round < KILLS_UNDER_LOAD; round += 1) {
    const { file, ledger } = freshFolder()
    const terms = { file, ledger, guarantee: 'at-most-once', leaseMs: LEASE_MS } as const
    const worker = await WorkerProcess.start(terms)
    worker.tell({ do: 'call on and on', atATime: CALLS_UNDER_WAY })
    await worker.hearsTimes(ANSWERS_FIRST + Math.floor(Math.random() * ANSWERS_FIRST), 'answer')
    worker.signal('SIGKILL')
    await worker.killed()
    expect(integrityOf(file)).toBe('ok')

    const store = sqliteStore(file)
    const receipts = createReceipts({ store })
    const operation = receipts.operation<string>('charge', {
      guarantee: 'at-most-once',
      lease: `${LEASE_MS}ms`,
      recover: recoverFrom(ledger),
    })
    const retry = (key: string) =>
      answerOf(
        operation.once(
          callFor(key),
          effectOn(ledger, key, 1, () => undefined),
        ),
      )
    for (const { key, answer } of worker.heard('answer')) {
      expect(await retry(key)).toEqual({ ...answer, replayed: true })
    }
    for (const key of allEffects(ledger)) {
      const { receipt, now } = await store.read(idOf(key))
      expect(['in_progress', 'abandoned', 'succeeded'] satisfies Place[]).toContain(placeOf(receipt, now))
      if (receipt?.state === 'in_progress') inDoubt += 1
    }
    const inTheEnd = await Promise.all([...new Set(allEffects(ledger))].map(retry))
    expect(inTheEnd.filter((answer) => !('value' in answer && answer.replayed))).toEqual([])
    expect(allEffects(ledger)).toEqual([...new Set(allEffects(ledger))])
    await receipts.close()
    expect(integrityOf(file)).toBe('ok')
  }
  // The kills came in the middle of something.
  expect(inDoubt).toBeGreaterThan(0)
})
