import { expect, it } from 'vitest'
import { CALLS_PER_PROCESS, STORM_PROCESSES, STORM_ROUNDS } from './counts.ts'
import { effectsOf } from './ledger.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

const calls = STORM_PROCESSES * CALLS_PER_PROCESS

it(`${STORM_PROCESSES} processes × ${CALLS_PER_PROCESS} calls on one key: 1 effect, ${calls} equal outcomes, in each of ${STORM_ROUNDS} rounds`, async () => {
  const { file, ledger } = freshFolder()
  const terms = { file, ledger, guarantee: 'at-most-once', leaseMs: 10_000 } as const
  const workers = await WorkerProcess.startAll(STORM_PROCESSES, terms)
  for (let round = 1; round <= STORM_ROUNDS; round += 1) {
    const key = `order-${round}`
    const answers = await Promise.all(
      workers.map((worker) => worker.call({ key, calls: CALLS_PER_PROCESS, effectMs: 100 })),
    )
    const values = answers.flat().map((answer) => ('value' in answer ? answer.value : answer.code))
    const first = answers.flat().filter((answer) => 'replayed' in answer && !answer.replayed)
    expect(values).toEqual(Array.from({ length: calls }, () => `${key} by attempt 1`))
    expect(first).toHaveLength(1)
    expect(effectsOf(ledger, key)).toBe(1)
  }
  await Promise.all(workers.map((worker) => worker.close()))
})

it('the same storm has more than one effect on a store that checks and then sets', async () => {
  const { file, ledger } = freshFolder()
  const terms = {
    file,
    ledger,
    guarantee: 'at-most-once',
    leaseMs: 10_000,
    broken: 'check-then-set',
  } as const
  const workers = await WorkerProcess.startAll(STORM_PROCESSES, terms)
  await Promise.all(
    workers.map((worker) => worker.call({ key: 'order', calls: CALLS_PER_PROCESS, effectMs: 100 })),
  )
  expect(effectsOf(ledger, 'order')).toBeGreaterThan(1)
  await Promise.all(workers.map((worker) => worker.close()))
})
