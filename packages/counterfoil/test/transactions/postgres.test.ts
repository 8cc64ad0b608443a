import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { missing, pgBouncerUrl } from '../../../../test-support/servers/index.ts'
import {
  createReceipts,
  OptionInvalid,
  OutcomeUnknown,
  StillInProgress,
  StoreUnavailable,
} from '../../src/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { databaseForFile } from '../testing/on-a-database.ts'
import { callFor } from './call.ts'
import { orders, receiptsOn } from './ground.ts'
import { itSurvivesItsIdleTime } from './idle-time.ts'
import { describeMeetings } from './meetings.ts'
import { type PostgresGround, pgGround } from './postgres-ground.ts'
import { describePromise } from './promise.ts'
import { describeRunsOn } from './runs-on.ts'
import { barrier, somebodyWaits, WAITING } from './waits.ts'

const poolerIsMissing = await missing('pgbouncer')

describe.skipIf(await missing('postgres'))('in a transaction of PostgreSQL', () => {
  const database = databaseForFile()
  const prepare = (): Promise<PostgresGround<pg.PoolClient>> => pgGround(database.url)

  describePromise('PostgreSQL by pg', prepare)
  describeMeetings('PostgreSQL by pg', prepare)
  describeRunsOn('PostgreSQL by pg', prepare)
  itSurvivesItsIdleTime('PostgreSQL by pg', prepare)

  describe.skipIf(poolerIsMissing)('behind a pooler', () => {
    describePromise('PostgreSQL by pg, behind PgBouncer', async () => {
      const ground = await prepare()
      const url = await pgBouncerUrl(database.url)
      const pool = new pg.Pool({ connectionString: url })
      onTestFinished(() => pool.end())
      return {
        ...ground,
        openStore: () => postgresStore(pool, { schema: ground.schema }),
        effect: (key, then) => async (tx, attempt) => {
          await tx.query(`INSERT INTO ${ground.schema}.effects (key) VALUES ($1)`, [key])
          return then(attempt)
        },
      }
    })
  })

  describe('a key that an open transaction holds', () => {
    it('keeps no other operation waiting, and no call of another guarantee for long', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts)
      const own = await ground.begin()
      const within = callFor('a', { within: own.tx })
      await operation.onceInTransaction(
        within,
        ground.effect('a', () => 'placed'),
      )
      // Of an older deployment, say, which knows this operation by another guarantee.
      const older = receiptsOn(ground).receipts.operation('place-order', { guarantee: 'at-least-once' })
      const blocked = older.once(callFor('a'), () => 'twice')
      const others = receipts.operation('notify', { guarantee: 'at-least-once' })
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, index) => others.once(callFor(`${index}`), () => index)),
      )
      expect(results.filter(({ replayed }) => !replayed).length).toBe(200)
      await expect(blocked).rejects.toMatchObject({ code: 'store_unavailable', fault: 'locked' })
      await own.commit()
      expect(await ground.effects('a')).toBe(1)
    })

    it("is waited for no longer than the application's statement_timeout allows", async () => {
      const ground = await prepare()
      const pool = new pg.Pool({
        connectionString: database.url,
        options: `-c search_path=${ground.schema} -c statement_timeout=300`,
      })
      onTestFinished(() => pool.end())
      const openStore = () => postgresStore(pool, { schema: ground.schema })
      const { told, receipts } = receiptsOn({ ...ground, openStore })
      const own = await ground.begin()
      await orders(receiptsOn(ground).receipts).onceInTransaction(
        callFor('a', { within: own.tx }),
        ground.effect('a', () => 'placed'),
      )
      const duplicate = () =>
        orders(receipts).onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'again'),
        )
      await expect(duplicate()).rejects.toBeInstanceOf(StillInProgress)
      expect(told()).toEqual(['refused'])
      await own.commit()
      expect(await duplicate()).toMatchObject({ value: 'placed', replayed: true })
    })

    it('takes one connection for all who wait in one process', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts)
      const own = await ground.begin()
      const within = callFor('a', { within: own.tx })
      await operation.onceInTransaction(
        within,
        ground.effect('a', () => 'placed'),
      )
      const duplicates = Array.from({ length: 200 }, () =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 'again'),
        ),
      )
      await somebodyWaits(ground)
      const { rows } = await ground.pool.query(WAITING)
      expect(rows.length).toBe(1)
      await own.commit()
      const results = await Promise.all(duplicates)
      expect(new Set(results.map(({ value }) => value))).toEqual(new Set(['placed']))
    })
  })

  describe('lock_timeout', () => {
    it.each(['own', 'within'] as const)(
      "is the application's again in the handler and after: %s",
      async (kind) => {
        const ground = await prepare()
        const operation = orders(receiptsOn(ground).receipts, { wait: '2s' })
        const show = async (tx: pg.PoolClient) => (await tx.query('SHOW lock_timeout')).rows[0].lock_timeout
        if (kind === 'own') {
          const shown = await operation.onceInTransaction(callFor('a'), (tx) => show(tx))
          expect(shown.value).toBe('0')
          return
        }
        const own = await ground.begin()
        await own.tx.query(`SET LOCAL lock_timeout = '7s'`)
        const call = (key: string) => callFor<pg.PoolClient>(key, { within: own.tx })
        const shown = await operation.onceInTransaction(call('a'), (tx) => show(tx))
        expect(shown.value).toBe('7s')
        expect(await show(own.tx)).toBe('7s')
        await operation.onceInTransaction(call('a'), (tx) => show(tx))
        expect(await show(own.tx)).toBe('7s')
        const failing = operation.onceInTransaction(call('b'), async () => {
          throw new Error('out of paper')
        })
        await expect(failing).rejects.toThrow('out of paper')
        expect(await show(own.tx)).toBe('7s')
        await own.commit()
      },
    )
  })

  describe('a transaction that meets another', () => {
    it('is run again after a serialization failure', async () => {
      const ground = await prepare()
      const pool = new pg.Pool({
        connectionString: database.url,
        options: `-c search_path=${ground.schema} -c default_transaction_isolation=serializable`,
      })
      onTestFinished(() => pool.end())
      const openStore = () => postgresStore(pool, { schema: ground.schema })
      const { receipts, events } = receiptsOn({ ...ground, openStore })
      const operation = orders(receipts)
      const bothHaveRead = barrier(2)
      // Each may only be entered while there is none: a write skew, if both are.
      const enterIfNone = (key: string) =>
        operation.onceInTransaction(callFor(key), async (tx) => {
          const { rows } = await tx.query('SELECT count(*) AS n FROM effects')
          await bothHaveRead()
          if (Number(rows[0].n) > 0) return 'too late'
          await tx.query('INSERT INTO effects (key) VALUES ($1)', [key])
          return 'first'
        })
      const results = await Promise.all([enterIfNone('a'), enterIfNone('b')])
      expect(results.map(({ value }) => value).toSorted()).toEqual(['first', 'too late'])
      expect(events.filter(({ type }) => type === 'rolled_back').length).toBeGreaterThan(0)
      expect((await ground.effects('a')) + (await ground.effects('b'))).toBe(1)
    })

    it('is given up after so many runs, with nothing committed', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts)
      let runs = 0
      const clashing = operation.onceInTransaction(callFor('a'), async (tx) => {
        runs += 1
        await tx.query(`INSERT INTO effects VALUES ('a')`)
        await tx.query(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`)
      })
      await expect(clashing).rejects.toMatchObject({ code: 'store_unavailable', fault: 'locked' })
      expect(runs).toBe(5)
      expect(await ground.effects('a')).toBe(0)
    })
  })

  describe('a handler', () => {
    it('that commits behind the back of the store leaves its key held', async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts, { wait: 'reject' })
      const committing = operation.onceInTransaction(callFor('a'), async (tx) => {
        await tx.query(`INSERT INTO effects VALUES ('a')`)
        await tx.query('COMMIT')
      })
      await expect(committing).rejects.toThrow('leave COMMIT and ROLLBACK to the store')
      const retry = () =>
        operation.onceInTransaction(
          callFor('a'),
          ground.effect('a', () => 1),
        )
      await expect(retry()).rejects.toBeInstanceOf(StillInProgress)
      const store = ground.openStore()
      onTestFinished(() => store.close())
      const [receipt] = (await store.list({}, { limit: 1 })).receipts
      await store.age(receipt?.id as string, 60_000)
      await expect(retry()).rejects.toBeInstanceOf(OutcomeUnknown)
      expect(await ground.effects('a')).toBe(1)
    })

    it.each([
      ['a clash', `DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`],
      ['the end of its connection', 'SELECT pg_terminate_backend(pg_backend_pid())'],
    ])('that commits behind the back of the store is not run again for %s', async (_, then) => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      let runs = 0
      const committing = operation.onceInTransaction(callFor('a'), async (tx) => {
        runs += 1
        await tx.query(`INSERT INTO effects VALUES ('a')`)
        await tx.query('COMMIT')
        await tx.query('BEGIN')
        const failed = tx.query(then)
        if (then.startsWith('DO')) await failed
        else await failed.catch(() => undefined)
      })
      await expect(committing).rejects.toBeInstanceOf(StillInProgress)
      expect(runs).toBe(1)
      expect(await ground.effects('a')).toBe(1)
    })

    it('whose connection is lost is rolled back, and its key is free', async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      const losing = operation.onceInTransaction(callFor('a'), async (tx) => {
        await tx.query(`INSERT INTO effects VALUES ('a')`)
        await tx.query('SELECT pg_terminate_backend(pg_backend_pid())')
      })
      await expect(losing).rejects.toThrow()
      expect(await ground.effects('a')).toBe(0)
      const retry = await operation.onceInTransaction(
        callFor('a'),
        ground.effect('a', () => 'placed'),
      )
      expect(retry).toMatchObject({ value: 'placed', replayed: false })
    })

    it('that waits for none of its statements is not committed without them', async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      let hidden: Promise<unknown> | undefined
      const careless = operation.onceInTransaction(callFor('a'), async (tx) => {
        hidden = tx.query('INSERT INTO nowhere VALUES (1)').catch(() => undefined)
        return 'placed'
      })
      await expect(careless).rejects.toBeInstanceOf(OptionInvalid)
      await hidden
    })

    it.each(['after-effect', 'before-commit'] as const)(
      'that leaves a statement behind which fails is not committed without it: %s',
      async (point) => {
        const ground = await prepare()
        // The connection itself: `tx` takes no more statements by then.
        let client: pg.PoolClient | undefined
        ground.pool.on('acquire', (acquired) => {
          client = acquired
        })
        const leave = () => void client?.query('INSERT INTO nowhere VALUES (1)').catch(() => undefined)
        const { receipts } = receiptsOn(ground, { reach: (at) => at === point && leave() })
        const operation = orders(receipts)
        const careless = operation.onceInTransaction(callFor('a'), (tx) =>
          tx.query(`INSERT INTO effects VALUES ('a')`).then(() => undefined),
        )
        await expect(careless).rejects.toThrow(/nobody waited for|wait for each of its statements/)
        expect(await ground.effects('a')).toBe(0)
        expect(await ground.disagreements()).toEqual([])
      },
    )

    it('that goes back to a savepoint of its own finds no step kept that it has undone', async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      let runs = 0
      const stepping = operation.onceInTransaction(callFor('a'), async (tx, attempt) => {
        const step = () =>
          attempt.step('enter', async () => {
            await tx.query(`INSERT INTO effects VALUES ('a')`)
            runs += 1
            return runs
          })
        await tx.query('SAVEPOINT mine')
        await step()
        await tx.query('ROLLBACK TO mine')
        return [await step(), await step()]
      })
      expect((await stepping).value).toEqual([2, 2])
      expect(await ground.effects('a')).toBe(1)
    })

    it('may run another operation in its own transaction', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      const operation = orders(receipts)
      const inner = receipts.transactional('reserve', {})
      const outer = (then: () => void) =>
        operation.onceInTransaction(callFor('a'), async (tx) => {
          const reserved = await inner.onceInTransaction(
            callFor<pg.PoolClient>('a', { within: tx }),
            ground.effect('inner', () => 'reserved'),
          )
          then()
          return reserved.value
        })
      const failing = outer(() => {
        throw new Error('out of paper')
      })
      await expect(failing).rejects.toThrow('out of paper')
      expect(await ground.effects('inner')).toBe(0)
      expect(await outer(() => undefined)).toMatchObject({ value: 'reserved', replayed: false })
      expect(await ground.effects('inner')).toBe(1)
    })
  })

  it('says that nothing ran where the server is away', async () => {
    const receipts = createReceipts({ store: postgresStore('postgres://127.0.0.1:1/nowhere'), sweep: 'off' })
    onTestFinished(() => receipts.close())
    const operation = receipts.transactional('place-order', {})
    let ran = false
    const call = operation.onceInTransaction(callFor('a'), () => {
      ran = true
    })
    await expect(call).rejects.toBeInstanceOf(StoreUnavailable)
    expect(ran).toBe(false)
  })

  it("says that a pool is no transaction of the caller's", async () => {
    const ground = await prepare()
    const operation = orders(receiptsOn(ground).receipts)
    const within = ground.pool as unknown as pg.PoolClient
    const call = operation.onceInTransaction(
      callFor('a', { within }),
      ground.effect('a', () => 1),
    )
    await expect(call).rejects.toThrow('give the transaction itself')
  })
})
