import { describe, expect, it } from 'vitest'
import type { Pace } from '../../../src/core/index.ts'
import { KeyConflict, OutcomeNotKept } from '../../../src/index.ts'
import { callFor } from '../call.ts'
import { orders, type Prepare, receiptsOn } from '../ground.ts'

/** What commits with its receipt is the outcome of every retry. */
export function describeCommits<Tx, P extends Pace>(name: string, prepare: Prepare<Tx, P>): void {
  describe(`onceInTransaction on ${name}`, () => {
    it('commits the effect with its receipt, and replays it', async () => {
      const ground = await prepare()
      const { receipts, told } = receiptsOn(ground)
      const operation = orders(receipts)
      const run = () =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => ({ id: 7 })),
        )
      expect(await run()).toEqual({ value: { id: 7 }, replayed: false, attempt: 1, receipt: 'settled' })
      expect(await run()).toEqual({ value: { id: 7 }, replayed: true, attempt: 1, receipt: 'settled' })
      expect(await ground.effects('a')).toBe(1)
      expect(told()).toEqual(['claimed', 'settled', 'replayed'])
    })

    it('runs once for many calls at once, in one process and in others', async () => {
      const ground = await prepare()
      const processes = [receiptsOn(ground), receiptsOn(ground), receiptsOn(ground)]
      const operations = processes.map(({ receipts }) => orders(receipts))
      const results = await Promise.all(
        operations.flatMap((operation) =>
          Array.from({ length: 20 }, () =>
            operation.onceInTransaction(
              callFor('a'),
              ground.effect('a', () => 'placed'),
            ),
          ),
        ),
      )
      expect(results.filter(({ replayed }) => !replayed).length).toBe(1)
      expect(new Set(results.map(({ value }) => value))).toEqual(new Set(['placed']))
      expect(await ground.effects('a')).toBe(1)
    })

    it('refuses the key to another request, and tells a value that was not kept', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts, { maxOutcomeBytes: 10 })
      const large = () =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'x'.repeat(100)),
        )
      expect(await large()).toMatchObject({ receipt: 'not_kept', value: 'x'.repeat(100) })
      await expect(large()).rejects.toBeInstanceOf(OutcomeNotKept)
      const other = callFor<Tx>('a', { request: { item: 'pen' } })
      await expect(
        operation.onceInTransaction(
          other,
          ground.effect('a', () => 1),
        ),
      ).rejects.toBeInstanceOf(KeyConflict)
      expect(await ground.effects('a')).toBe(1)
    })
  })
}
