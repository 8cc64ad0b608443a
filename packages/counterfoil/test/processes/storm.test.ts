import { expect, it } from 'vitest'
import { CALLS_PER_PROCESS, STORM_PROCESSES, STORM_ROUNDS } from './counts.ts'
import { effectsOf } from './ledger.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

const calls = STORM_PROCESSES * CALLS_PER_PROCESS

it(`${STORM_PROCESSES} processes × ${CALLS_PER_PROCESS} calls on one key: 1 effect, ${calls} equal outcomes, in each of ${STORM_ROUNDS} rounds`, async () => {
  const { file, ledger } = freshFolder()
  const terms = { file, ledger, guarantee: 'at-most-once', leaseMs: 10_000 } as const
  const workers = await Promise.all(Array.from({ length: STORM_PROCESSES }, () => WorkerProcess.start(terms)))
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
