import { describe, expect, it } from 'vitest'
import { type Pace, transactionCrashPoints } from '../../../src/core/index.ts'
import { StoredFailure } from '../../../src/index.ts'
import { callFor } from '../call.ts'
import { orders, type Prepare, receiptsOn } from '../ground.ts'

/** What fails leaves nothing, and a retry runs anew. */
export function describeRollsBack<Tx, P extends Pace>(name: string, prepare: Prepare<Tx, P>): void {
  describe(`onceInTransaction on ${name}`, () => {
    it('rolls everything back when the handler throws, and leaves the key free', async () => {
      const ground = await prepare()
      const { receipts, told } = receiptsOn(ground)
      const operation = orders(receipts)
      const failure = new Error('out of paper')
      const failing = operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => {
          throw failure
        }),
      )
      await expect(failing).rejects.toBe(failure)
      expect(await ground.effects('a')).toBe(0)
      // Free also for another request: nothing is remembered.
      const other = callFor<Tx>('a', { request: { item: 'pen' } })
      expect(
        (
          await operation.onceInTransaction(
            other,
            ground.effect('a', (at) => at.number),
          )
        ).value,
      ).toBe(1)
      expect(told()).toEqual(['claimed', 'rolled_back', 'claimed', 'settled'])
    })

    it('gives those who waited for it the failure of an attempt that was rolled back', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts)
      let runs = 0
      const calls = Array.from({ length: 5 }, () =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => {
            runs += 1
            throw new Error('out of paper')
          }),
        ),
      )
      const ends = await Promise.allSettled(calls)
      const errors = ends.map((end) => (end as PromiseRejectedResult).reason)
      expect(runs).toBe(1)
      expect(
        errors.filter((error) => error instanceof StoredFailure && error.standing === 'released').length,
      ).toBe(4)
    })

    it('rolls back what the handler returned where classify says that it failed', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts, {
        classify: ({ kind }) => (kind === 'returned' ? 'failed' : undefined),
      })
      const failing = () =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'later'),
        )
      expect(await failing()).toMatchObject({ value: 'later', replayed: false, receipt: 'rolled_back' })
      expect(await failing()).toMatchObject({ value: 'later', replayed: false, receipt: 'rolled_back' })
      expect(await ground.effects('a')).toBe(0)
    })

    it('commits nothing on a judgement that is none', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts, { classify: () => 'ok' as 'succeeded' })
      const judged = operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 1),
      )
      await expect(judged).rejects.toThrow('classify must answer one of')
      expect(await ground.effects('a')).toBe(0)
    })

    it('remembers a step within the attempt, and forgets it with the effect', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts)
      let runs = 0
      const stepping = (then: () => void) =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', (attempt) => {
            const number = () => attempt.step('number', () => ++runs) as number | Promise<number>
            const both = [number(), number()]
            const end = (numbers: unknown): unknown => {
              then()
              return numbers
            }
            return both[0] instanceof Promise ? Promise.all(both).then(end) : end(both)
          }),
        )
      const failing = stepping(() => {
        throw new Error('later')
      })
      await expect(failing).rejects.toThrow('later')
      expect((await stepping(() => undefined)).value).toEqual([2, 2])
    })

    it.each(transactionCrashPoints)(
      'leaves all of it or nothing where it breaks off at %s',
      async (point) => {
        const ground = await prepare()
        let armed = true
        const { receipts } = receiptsOn(ground, {
          reach: (at) => {
            if (at === point && armed) throw new Error('broken off')
          },
        })
        const operation = orders(receipts)
        const refusing = (key: string) =>
          operation.onceInTransaction(
            callFor(key),
            ground.effect(key, (attempt) => {
              if (point === 'after-undo') attempt.rejected()
              return 'placed'
            }),
          )
        await expect(refusing('a')).rejects.toThrow('broken off')
        armed = false
        const retry = await refusing('a')
        expect(retry.replayed).toBe(point === 'after-commit')
        expect(await ground.effects('a')).toBe(point === 'after-undo' ? 0 : 1)
      },
    )
  })
}
