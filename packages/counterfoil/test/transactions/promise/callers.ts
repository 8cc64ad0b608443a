import { describe, expect, it } from 'vitest'
import type { Pace } from '../../../src/core/index.ts'
import { ReceiptsClosed } from '../../../src/index.ts'
import { callFor } from '../call.ts'
import { orders, type Prepare, receiptsOn } from '../ground.ts'

/** Those who leave, who wait, and who come too late. */
export function describeCallers<Tx, P extends Pace>(name: string, prepare: Prepare<Tx, P>): void {
  describe(`onceInTransaction on ${name}`, () => {
    it('goes on to its commit where its caller leaves', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts)
      const caller = new AbortController()
      const left = operation.onceInTransaction(
        callFor('a', { signal: caller.signal }),
        ground.effect('a', () => {
          caller.abort(new Error('gone'))
          return 'placed'
        }),
      )
      await expect(left).rejects.toThrow('gone')
      const retry = await operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 'again'),
      )
      expect(retry).toMatchObject({ value: 'placed', replayed: true })
      expect(await ground.effects('a')).toBe(1)
    })

    it('lets no more wait for a key than it may', async () => {
      const ground = await prepare()
      const { receipts, told } = receiptsOn(ground)
      const operation = orders(receipts, { maxWaitersPerReceipt: 2 })
      const calls = Array.from({ length: 5 }, () =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'placed'),
        ),
      )
      const ends = await Promise.allSettled(calls)
      expect(ends.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
        'rejected',
      ])
      expect((ends[4] as PromiseRejectedResult).reason).toMatchObject({
        code: 'still_in_progress',
        why: 'too_many_waiters',
      })
      expect(told()).toEqual([
        'refused',
        'refused',
        'waiting',
        'waiting',
        'claimed',
        'settled',
        'replayed',
        'replayed',
      ])
    })

    it('closes after what runs, and sends away who waits', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts)
      let closing: Promise<void> | undefined
      const running = operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => {
          closing = receipts.close()
          return 'placed'
        }),
      )
      const waiting = operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 'again'),
      )
      await expect(waiting).rejects.toBeInstanceOf(ReceiptsClosed)
      expect((await running).value).toBe('placed')
      await closing
      expect(await ground.effects('a')).toBe(1)
      const late = operation.onceInTransaction(
        callFor('b'),
        ground.effect('b', () => 1),
      )
      await expect(late).rejects.toBeInstanceOf(ReceiptsClosed)
    })
  })
}
