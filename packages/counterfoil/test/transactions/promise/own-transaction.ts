import { describe, expect, it } from 'vitest'
import type { Pace } from '../../../src/core/index.ts'
import { callFor } from '../call.ts'
import { orders, type Prepare, receiptsOn } from '../ground.ts'

/** The receipt shares the fate of a transaction that its caller has begun. */
export function describeOwnTransaction<Tx, P extends Pace>(name: string, prepare: Prepare<Tx, P>): void {
  describe(`onceInTransaction on ${name}`, () => {
    describe("in the caller's own transaction", () => {
      it('counts once that commits, with what else it wrote', async () => {
        const ground = await prepare()
        const { receipts, events } = receiptsOn(ground)
        await receipts.sweep()
        const operation = orders(receipts)
        const own = await ground.begin()
        await own.enter('b')
        const first = await operation.onceInTransaction(
          callFor('a', { within: own.tx }),
          ground.effect('a', () => 'placed'),
        )
        expect(first).toMatchObject({ value: 'placed', replayed: false })
        expect(await ground.effects('a')).toBe(0)
        await own.commit()
        expect([await ground.effects('a'), await ground.effects('b')]).toEqual([1, 1])
        expect(events.at(-1)).toMatchObject({ type: 'settled', commits: 'caller' })
        const retry = await operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'again'),
        )
        expect(retry).toMatchObject({ value: 'placed', replayed: true })
      })

      it('is forgotten with it', async () => {
        const ground = await prepare()
        const { receipts } = receiptsOn(ground)
        await receipts.sweep()
        const operation = orders(receipts)
        const own = await ground.begin()
        await operation.onceInTransaction(
          callFor('a', { within: own.tx }),
          ground.effect('a', () => 'placed'),
        )
        await own.rollback()
        const retry = await operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'again'),
        )
        expect(retry).toMatchObject({ value: 'again', replayed: false })
        expect(await ground.effects('a')).toBe(1)
      })

      it('leaves it usable, with nothing of its own in it, when the handler throws', async () => {
        const ground = await prepare()
        const { receipts } = receiptsOn(ground)
        await receipts.sweep()
        const operation = orders(receipts)
        const own = await ground.begin()
        await own.enter('b')
        const failing = operation.onceInTransaction(
          callFor('a', { within: own.tx }),
          ground.effect('a', () => {
            throw new Error('out of paper')
          }),
        )
        await expect(failing).rejects.toThrow('out of paper')
        await own.commit()
        expect([await ground.effects('a'), await ground.effects('b')]).toEqual([0, 1])
        const retry = await operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'again'),
        )
        expect(retry).toMatchObject({ value: 'again', replayed: false, attempt: 1 })
      })

      it('replays there what was committed before, and keeps a refusal without its effect', async () => {
        const ground = await prepare()
        const { receipts } = receiptsOn(ground)
        await receipts.sweep()
        const operation = orders(receipts)
        await operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'placed'),
        )
        const own = await ground.begin()
        const retry = await operation.onceInTransaction(
          callFor('a', { within: own.tx }),
          ground.effect('a', () => 'again'),
        )
        expect(retry).toMatchObject({ value: 'placed', replayed: true })
        const refused = await operation.onceInTransaction(
          callFor('b', { within: own.tx }),
          ground.effect('b', (attempt) => {
            attempt.rejected()
            return 'sold out'
          }),
        )
        expect(refused).toMatchObject({ value: 'sold out', replayed: false })
        await own.commit()
        const again = await operation.onceInTransaction(
          callFor('b'),
          ground.effect('b', () => 'again'),
        )
        expect(again).toMatchObject({ value: 'sold out', replayed: true })
        expect([await ground.effects('a'), await ground.effects('b')]).toEqual([1, 0])
      })
    })
  })
}
