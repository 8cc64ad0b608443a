import { describe, expect, it } from 'vitest'
import { CounterfoilError, StillInProgress } from '../../src/index.ts'
import { callFor } from './call.ts'
import { orders, receiptsOn } from './ground.ts'
import type { PostgresGround } from './postgres-ground.ts'
import { barrier, somebodyWaits } from './waits.ts'

/** Where two transactions meet, as the library that makes them tells of it. */
export function describeMeetings<Tx>(name: string, prepare: () => Promise<PostgresGround<Tx>>): void {
  describe(`${name}: a call whose key another open transaction holds`, () => {
    it('waits for it, and replays what it commits', async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      const own = await ground.begin()
      const within = callFor('a', { within: own.tx })
      await operation.onceInTransaction(
        within,
        ground.effect('a', () => 'placed'),
      )
      const duplicate = operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 'again'),
      )
      await somebodyWaits(ground)
      await own.commit()
      expect(await duplicate).toMatchObject({ value: 'placed', replayed: true })
      expect(await ground.effects('a')).toBe(1)
    })

    it('runs itself where that is rolled back', async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      const own = await ground.begin()
      const within = callFor('a', { within: own.tx })
      await operation.onceInTransaction(
        within,
        ground.effect('a', () => 'placed'),
      )
      const duplicate = operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 'again'),
      )
      await somebodyWaits(ground)
      await own.rollback()
      expect(await duplicate).toMatchObject({ value: 'again', replayed: false, attempt: 1 })
      expect(await ground.effects('a')).toBe(1)
    })

    it('waits likewise for a later attempt, whose row is there already', async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      const declined = operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', (attempt) => {
          attempt.refused('psp')
          throw new Error('declined')
        }),
      )
      await expect(declined).rejects.toThrow('declined')
      for (const [ending, value] of [
        ['rollback', 'again'],
        ['commit', 'again'],
      ] as const) {
        const own = await ground.begin()
        const within = callFor('a', { within: own.tx })
        await operation.onceInTransaction(
          within,
          ground.effect('a', (attempt) => `${attempt.number}`),
        )
        const duplicate = operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'again'),
        )
        if (ending === 'rollback') await somebodyWaits(ground)
        await own[ending]()
        expect((await duplicate).value).toBe(value)
      }
      expect(await ground.effects('a')).toBe(1)
    })

    it.each([
      ['reject', 'rejected'],
      ['100ms', 'wait_ended'],
    ] as const)('is told that it is in progress after waiting as it may: %s', async (wait, why) => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts, { wait })
      const own = await ground.begin()
      const within = callFor('a', { within: own.tx })
      await operation.onceInTransaction(
        within,
        ground.effect('a', () => 'placed'),
      )
      const duplicate = operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 'again'),
      )
      const error = await duplicate.catch((thrown) => thrown)
      expect(error).toBeInstanceOf(StillInProgress)
      expect(error).toMatchObject({ why, retry: 'later' })
      // In a transaction of its caller's too, which goes on.
      const another = await ground.begin()
      const beside = operation.onceInTransaction(
        callFor('a', { within: another.tx }),
        ground.effect('a', () => 'again'),
      )
      await expect(beside).rejects.toBeInstanceOf(StillInProgress)
      await another.enter('b')
      await another.commit()
      await own.commit()
      expect([await ground.effects('a'), await ground.effects('b')]).toEqual([1, 1])
    })
  })

  describe(`${name}: a transaction that meets another`, () => {
    it('is run again after a deadlock', async () => {
      const ground = await prepare()
      await ground.pool.query(`CREATE TABLE stock (item text PRIMARY KEY, n integer);
      INSERT INTO stock VALUES ('book', 2), ('pen', 2)`)
      const { receipts, events } = receiptsOn(ground)
      const operation = orders(receipts)
      const bothHaveOne = barrier(2)
      const take = (key: string, items: readonly string[]) =>
        operation.onceInTransaction(callFor(key), async (tx) => {
          for (const item of items) {
            await ground.exec(tx, `UPDATE stock SET n = n - 1 WHERE item = '${item}'`)
            await bothHaveOne()
          }
          return key
        })
      const results = await Promise.all([take('a', ['book', 'pen']), take('b', ['pen', 'book'])])
      expect(results.map(({ replayed }) => replayed)).toEqual([false, false])
      const { rows } = await ground.pool.query('SELECT n FROM stock')
      expect(rows).toEqual([{ n: 0 }, { n: 0 }])
      expect(events.filter(({ type }) => type === 'rolled_back').length).toBe(1)
    })

    it("is the caller's to run again where the transaction is the caller's", async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      const own = await ground.begin()
      await ground.exec(own.tx, 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
      await ground.exec(own.tx, 'SELECT 1 FROM effects')
      await operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 'placed'),
      )
      const stale = operation.onceInTransaction(
        callFor('a', { within: own.tx }),
        ground.effect('a', () => 'again'),
      )
      // As the library tells of it.
      const error = await stale.catch((thrown) => thrown)
      expect(error).toBeInstanceOf(Error)
      expect(error).not.toBeInstanceOf(CounterfoilError)
      await own.rollback()
      expect(await ground.effects('a')).toBe(1)
    })

    it("gives a deferred constraint's refusal of COMMIT to the caller as it is, and the key stays free", async () => {
      const ground = await prepare()
      await ground.pool.query('CREATE TABLE slots (slot integer UNIQUE DEFERRABLE INITIALLY DEFERRED)')
      const { receipts, told } = receiptsOn(ground)
      const operation = orders(receipts)
      const twice = operation.onceInTransaction(callFor('a'), async (tx) => {
        await ground.exec(tx, 'INSERT INTO slots VALUES (1), (1)')
      })
      const error = await twice.catch((thrown) => thrown)
      expect(error).toBeInstanceOf(Error)
      expect(error).not.toBeInstanceOf(CounterfoilError)
      expect(told()).toEqual(['claimed', 'rolled_back'])
      const retry = await operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 'placed'),
      )
      expect(retry).toMatchObject({ value: 'placed', replayed: false })
    })

    it('is not committed where its handler hides that a statement has failed', async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      const hiding = operation.onceInTransaction(callFor('a'), async (tx) => {
        await ground.exec(tx, 'INSERT INTO nowhere VALUES (1)').catch(() => undefined)
        return 'placed'
      })
      await expect(hiding).rejects.toThrow('let their errors through')
      const refusing = () =>
        operation.onceInTransaction(callFor('b'), async (tx, attempt) => {
          await ground.exec(tx, 'INSERT INTO nowhere VALUES (1)').catch(() => attempt.rejected())
          return 'no such table'
        })
      expect(await refusing()).toMatchObject({ value: 'no such table', replayed: false })
      expect(await refusing()).toMatchObject({ value: 'no such table', replayed: true })
      const retry = await operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 'placed'),
      )
      expect(retry).toMatchObject({ value: 'placed', replayed: false })
    })
  })
}
