import { describe, expect, it } from 'vitest'
import type { Pace } from '../../../src/core/index.ts'
import { StoredFailure } from '../../../src/index.ts'
import { callFor } from '../call.ts'
import { orders, type Prepare, receiptsOn } from '../ground.ts'

/** What was refused is undone, and the refusal is kept. */
export function describeRefusals<Tx, P extends Pace>(name: string, prepare: Prepare<Tx, P>): void {
  describe(`onceInTransaction on ${name}`, () => {
    it('undoes the effect of a refusal, and gives the refusal to every retry', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts)
      const soldOut = Object.assign(new Error('sold out'), { code: 'SOLD_OUT' })
      const refusing = () =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', (attempt) => {
            attempt.rejected()
            throw soldOut
          }),
        )
      await expect(refusing()).rejects.toBe(soldOut)
      const retry = await refusing().catch((error) => error)
      expect(retry).toBeInstanceOf(StoredFailure)
      expect(retry).toMatchObject({ standing: 'final', failure: { code: 'SOLD_OUT' }, retry: 'never' })
      expect(await ground.effects('a')).toBe(0)
    })

    it('keeps a refusal that the handler returns, as classify says', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts, {
        classify: (ended) =>
          ended.kind === 'returned' && ended.value === 'declined' ? 'rejected' : undefined,
      })
      const refusing = () =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'declined'),
        )
      expect(await refusing()).toMatchObject({ value: 'declined', replayed: false, receipt: 'settled' })
      expect(await refusing()).toMatchObject({ value: 'declined', replayed: true })
      expect(await ground.effects('a')).toBe(0)
    })

    it('keeps what a downstream refused, also where the handler then throws', async () => {
      const ground = await prepare()
      const { receipts, told } = receiptsOn(ground)
      const operation = orders(receipts)
      const keys: string[] = []
      const charging = (then: () => string) =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', (attempt) => {
            keys.push(attempt.keyFor('psp'))
            attempt.refused('psp')
            return then()
          }),
        )
      const declined = charging(() => {
        throw new Error('declined')
      })
      await expect(declined).rejects.toThrow('declined')
      expect(await ground.effects('a')).toBe(0)
      expect(await charging(() => 'paid')).toMatchObject({ value: 'paid', attempt: 2 })
      expect(keys[0]).not.toBe(keys[1])
      expect(told()).toEqual(['claimed', 'settled', 'claimed', 'settled'])
    })
  })
}
