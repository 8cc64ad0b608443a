import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Pace, transactionCrashPoints } from '../../src/core/index.ts'
import { callFor } from './call.ts'
import { CALLS_UNDER_WAY, KILLS_PER_POINT, KILLS_UNDER_LOAD } from './counts.ts'
import { type Ground, orders, receiptsOn } from './ground.ts'
import { startWorker } from './start-worker.ts'
import type { HitPoint } from './worker-terms.ts'

/** A process is killed in the middle of a transaction: effects and receipts agree whatever it was doing. */
export function describeKills<Tx, P extends Pace>(
  name: string,
  prepare: () => Ground<Tx, P> | Promise<Ground<Tx, P>>,
  morePoints: readonly HitPoint[] = [],
): void {
  const points: readonly HitPoint[] = ['in-handler', ...transactionCrashPoints, ...morePoints]

  describe(`a service on ${name} that is killed with kill -9`, () => {
    it.each(points)(`leaves all of it or nothing at %s, ${KILLS_PER_POINT} times`, async (at) => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      await receipts.sweep()
      const operation = orders(receipts, { wait: '30s' })
      const refuses = at === 'after-undo'
      for (let number = 0; number < KILLS_PER_POINT; number += 1) {
        const key = `order-${number}`
        await killed(startWorker({ store: ground.terms, dies: { key, at, refuses } }))
        expect(await ground.disagreements()).toEqual([])

        const retry = await operation.onceInTransaction(
          callFor(key),
          ground.effect(key, () => 'placed by the retry'),
        )
        // What COMMIT came to that was never answered is anybody's guess; both are right.
        if (at !== 'in-commit') expect(retry.replayed).toBe(at === 'after-commit')
        expect(retry.value).toBe(retry.replayed ? 'placed' : 'placed by the retry')
        expect(await ground.effects(key)).toBe(1)
        expect(await ground.disagreements()).toEqual([])
      }
    })

    it(`leaves no key in between with ${CALLS_UNDER_WAY} calls under way, ${KILLS_UNDER_LOAD} times`, async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      await receipts.sweep()
      for (let round = 0; round < KILLS_UNDER_LOAD; round += 1) {
        const worker = startWorker({ store: ground.terms, lanes: CALLS_UNDER_WAY })
        const enough = 50 + Math.floor(Math.random() * 100)
        await new Promise<void>((resolve, reject) => {
          worker.on('message', ({ calls }: { calls: number }) => calls >= enough && resolve())
          worker.on('exit', () => reject(new Error('the worker ended by itself')))
        })
        worker.kill('SIGKILL')
        await killed(worker)
        expect(await ground.disagreements()).toEqual([])
      }
    })
  })
}

async function killed(worker: ChildProcess): Promise<void> {
  if (worker.signalCode === null && worker.exitCode === null) await once(worker, 'exit')
  expect(worker.signalCode).toBe('SIGKILL')
}
