import { describe, expect, it } from 'vitest'
import { type Pace, transactionCrashPoints } from '../../src/core/index.ts'
import {
  KeyConflict,
  OperationRedefined,
  OptionInvalid,
  OutcomeNotKept,
  ReceiptsClosed,
  StoredFailure,
} from '../../src/index.ts'
import { callFor } from './call.ts'
import { type Ground, orders, receiptsOn } from './ground.ts'

/** What every store that shares its transactions promises, whatever drives them. */
export function describePromise<Tx, P extends Pace>(
  name: string,
  prepare: () => Ground<Tx, P> | Promise<Ground<Tx, P>>,
): void {
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

    it('is one of two ways to define an operation, under one name', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      orders(receipts)
      expect(() => receipts.operation('place-order', { guarantee: 'at-most-once' })).toThrow(
        OperationRedefined,
      )
      expect(() => orders(receipts, { ttl: '1h' })).toThrow(OperationRedefined)
      expect(() => orders(receipts)).not.toThrow()
      expect(() => receipts.operation('b', { guarantee: 'transactional' as 'at-most-once' })).toThrow(
        'transactional()',
      )
      expect(() => orders(receipts, { lease: '1s' } as object)).toThrow(OptionInvalid)
    })

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
