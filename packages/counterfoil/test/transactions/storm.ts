import type { ChildProcess } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Pace } from '../../src/core/index.ts'
import { STORM_PROCESSES, STORM_ROUNDS } from './counts.ts'
import type { Ground } from './ground.ts'
import { startWorker } from './start-worker.ts'
import type { StormResult } from './worker-terms.ts'

const storm = { keys: 5, calls: 20 }

/** Processes that all want the same keys at once. */
export function describeStorm<Tx, P extends Pace>(
  name: string,
  prepare: () => Ground<Tx, P> | Promise<Ground<Tx, P>>,
): void {
  describe(`services on ${name} that want the same keys at once`, () => {
    it(`commit one effect for each key, and all get its outcome, in each of ${STORM_ROUNDS} rounds of ${STORM_PROCESSES} processes`, async () => {
      for (let round = 0; round < STORM_ROUNDS; round += 1) {
        const ground = await prepare()
        const workers = Array.from({ length: STORM_PROCESSES }, () =>
          startWorker({ store: ground.terms, storm }),
        )
        await Promise.all(workers.map((worker) => said(worker)))
        const results = await Promise.all(workers.map(resultsOf))
        const all = results.flat()
        expect(all.length).toBe(STORM_PROCESSES * storm.keys * storm.calls)
        for (let key = 0; key < storm.keys; key += 1) {
          const ofKey = all.filter((result) => result.key === `key-${key}`)
          expect(ofKey.filter(({ replayed }) => !replayed).length).toBe(1)
          expect(new Set(ofKey.map(({ value }) => value)).size).toBe(1)
          expect(await ground.effects(`key-${key}`)).toBe(1)
        }
        expect(await ground.disagreements()).toEqual([])
        for (const worker of workers) worker.disconnect()
      }
    })
  })
}

async function resultsOf(worker: ChildProcess): Promise<readonly StormResult[]> {
  worker.send('go')
  const { results } = (await said(worker)) as { readonly results: readonly StormResult[] }
  return results
}

function said(worker: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('exit', () => reject(new Error('a worker ended before it had answered')))
  })
}
