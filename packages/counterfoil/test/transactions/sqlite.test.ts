import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import {
  createReceipts,
  OptionInvalid,
  OutcomeUnknown,
  StillInProgress,
  StoreUnavailable,
} from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { callFor } from './call.ts'
import { orders, receiptsOn } from './ground.ts'
import { describePromise } from './promise.ts'
import { sqliteGround } from './sqlite-ground.ts'

describePromise('SQLite', sqliteGround)

it('refuses an asynchronous handler, rolls it back, and closes the connection under it', async () => {
  const ground = sqliteGround()
  const { receipts } = receiptsOn(ground)
  const operation = orders(receipts)
  let late: Promise<unknown> | undefined
  const asynchronous = async (tx: DatabaseSync) => {
    const insert = tx.prepare(`INSERT INTO effects VALUES ('a')`)
    insert.run()
    await new Promise((resolve) => setImmediate(resolve))
    insert.run()
  }
  const call = operation.onceInTransaction(callFor('a'), ((tx: DatabaseSync) => {
    late = asynchronous(tx)
    return late
  }) as never)
  const error = await call.catch((thrown) => thrown)
  expect(error).toBeInstanceOf(OptionInvalid)
  expect(error.message).toContain('make it synchronous')
  await expect(late).rejects.toThrow('finalized')
  expect(await ground.effects('a')).toBe(0)
  const retry = await operation.onceInTransaction(
    callFor('a'),
    ground.effect('a', () => 'placed'),
  )
  expect(retry.value).toBe('placed')
  expect(await ground.effects('a')).toBe(1)
})

it('lets nothing of a handler write after it has ended', async () => {
  const ground = sqliteGround()
  const { receipts } = receiptsOn(ground)
  const later = Promise.withResolvers<void>()
  let writes: Promise<void> | undefined
  let steps: Promise<unknown> | undefined
  await orders(receipts).onceInTransaction(callFor('a'), (tx, attempt) => {
    writes = later.promise.then(() => tx.exec(`INSERT INTO effects VALUES ('a')`))
    steps = later.promise.then(() => attempt.step('late', () => 1))
    return 'placed'
  })
  later.resolve()
  await expect(writes).rejects.toBeInstanceOf(OptionInvalid)
  await expect(steps).rejects.toBeInstanceOf(OptionInvalid)
  expect(await ground.effects('a')).toBe(0)
})

it.each([
  ['closes its connection', (tx: DatabaseSync) => void tx.close(), 'failed'],
  [
    'reads an iterator in part',
    (tx) => tx.prepare('SELECT 1 UNION SELECT 2 FROM effects').iterate(),
    'committed',
  ],
  [
    'writes by an iterator in part',
    (tx) => tx.prepare(`INSERT INTO effects VALUES ('a'), ('a') RETURNING key`).iterate(),
    'failed',
  ],
] satisfies [string, (tx: DatabaseSync) => Iterator<unknown> | undefined, string][])(
  'lets the next ones run after a handler that %s',
  async (_, leave, came) => {
    const ground = sqliteGround({ busyTimeoutMs: 50 })
    const operation = orders(receiptsOn(ground).receipts)
    let left: Iterator<unknown> | undefined
    // No garbage until then, whose collection would close it.
    onTestFinished(() => void left)
    const leaving = operation.onceInTransaction(callFor('a'), (tx) => {
      tx.exec(`INSERT INTO effects VALUES ('a')`)
      left = leave(tx)
      left?.next()
    })
    if (came === 'committed') await leaving
    else await expect(leaving).rejects.toBeInstanceOf(OptionInvalid)
    ground.connect().exec(`CREATE TABLE between_them (a)`)
    const retry = await operation.onceInTransaction(
      callFor('a'),
      ground.effect('a', () => 'placed'),
    )
    expect(retry.replayed).toBe(came === 'committed')
    const next = await operation.onceInTransaction(
      callFor('b'),
      ground.effect('b', () => 'placed'),
    )
    expect(next).toMatchObject({ value: 'placed', replayed: false })
    expect(await ground.disagreements()).toEqual([])
  },
)

it('refuses an asynchronous step', async () => {
  const ground = sqliteGround()
  const { receipts } = receiptsOn(ground)
  const stepping = orders(receipts).onceInTransaction(
    callFor('a'),
    ground.effect('a', (attempt) => attempt.step('charge', (async () => 1) as () => never)),
  )
  await expect(stepping).rejects.toBeInstanceOf(OptionInvalid)
  expect(await ground.effects('a')).toBe(0)
})

it('keeps no step that the handler has undone, back to a savepoint of its own', async () => {
  const ground = sqliteGround()
  let runs = 0
  const stepping = orders(receiptsOn(ground).receipts).onceInTransaction(callFor('a'), (tx, attempt) => {
    const step = () =>
      attempt.step('enter', () => {
        tx.exec(`INSERT INTO effects VALUES ('a')`)
        runs += 1
        return runs
      })
    tx.exec('SAVEPOINT mine')
    step()
    tx.exec('ROLLBACK TO mine')
    return [step(), step()]
  })
  expect((await stepping).value).toEqual([2, 2])
  expect(await ground.effects('a')).toBe(1)
})

it('holds the key where the handler commits behind its back, and says so', async () => {
  const ground = sqliteGround()
  const { receipts } = receiptsOn(ground)
  const operation = orders(receipts, { wait: 'reject' })
  const committing = operation.onceInTransaction(callFor('a'), (tx) => {
    tx.exec(`INSERT INTO effects VALUES ('a')`)
    tx.exec('COMMIT')
    return 1
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

it('undoes all of it where the handler rolls back behind its back', async () => {
  const ground = sqliteGround()
  const { receipts } = receiptsOn(ground)
  const operation = orders(receipts)
  const rollingBack = operation.onceInTransaction(callFor('a'), (tx) => {
    tx.exec(`INSERT INTO effects VALUES ('a')`)
    tx.exec('ROLLBACK')
    return 1
  })
  await expect(rollingBack).rejects.toThrow('leave COMMIT and ROLLBACK to the store')
  const retry = await operation.onceInTransaction(
    callFor('a'),
    ground.effect('a', () => 'placed'),
  )
  expect(retry).toMatchObject({ value: 'placed', replayed: false })
  expect(await ground.effects('a')).toBe(1)
})

it("gives a deferred constraint's refusal of COMMIT to the caller as it is, and the key stays free", async () => {
  const ground = sqliteGround()
  ground
    .connect()
    .exec(
      'CREATE TABLE parents (id INTEGER PRIMARY KEY); CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)',
    )
  const { receipts, told } = receiptsOn(ground)
  const operation = orders(receipts)
  const orphan = operation.onceInTransaction(callFor('a'), (tx) => {
    tx.exec('INSERT INTO children VALUES (1)')
    return 1
  })
  await expect(orphan).rejects.toMatchObject({ errcode: 787 })
  expect(told()).toEqual(['claimed', 'rolled_back'])
  const retry = await operation.onceInTransaction(
    callFor('a'),
    ground.effect('a', () => 'placed'),
  )
  expect(retry).toMatchObject({ value: 'placed', replayed: false })
})

it('waits for the lock of another process no longer than busyTimeoutMs, with nothing run', async () => {
  const ground = sqliteGround({ busyTimeoutMs: 50 })
  const { receipts } = receiptsOn(ground)
  await receipts.sweep()
  const operation = orders(receipts)
  const own = await ground.begin()
  const locked = operation.onceInTransaction(
    callFor('a'),
    ground.effect('a', () => 'placed'),
  )
  await expect(locked).rejects.toMatchObject({ code: 'store_unavailable', fault: 'locked' })
  await own.rollback()
  const retry = await operation.onceInTransaction(
    callFor('a'),
    ground.effect('a', () => 'placed'),
  )
  expect(retry).toMatchObject({ value: 'placed', replayed: false })
})

it('takes its turn among the writes of other operations on the same file', async () => {
  const ground = sqliteGround()
  const { receipts } = receiptsOn(ground)
  const operation = orders(receipts)
  const other = receipts.operation('notify', { guarantee: 'at-least-once' })
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      index % 4 === 0
        ? operation.onceInTransaction(
            callFor(`${index}`),
            ground.effect('all', () => index),
          )
        : other.once(callFor(`${index}`), () => index),
    ),
  )
  expect(results.map(({ value }) => value)).toEqual(Array.from({ length: 100 }, (_, index) => index))
  expect(await ground.effects('all')).toBe(25)
})

it("takes a caller's own connection only where the receipts are, with a transaction begun", async () => {
  const ground = sqliteGround()
  const { receipts } = receiptsOn(ground)
  const operation = orders(receipts)
  const run = (within: DatabaseSync) =>
    operation.onceInTransaction(
      callFor('a', { within }),
      ground.effect('a', () => 1),
    )
  const early = ground.connect()
  early.exec('BEGIN IMMEDIATE')
  await expect(run(early)).rejects.toThrow('open the store before the transaction')
  early.exec('ROLLBACK')
  await receipts.sweep()
  await expect(run(early)).rejects.toThrow('begin the transaction first')
  const elsewhere = new DatabaseSync(':memory:')
  elsewhere.exec('BEGIN')
  await expect(run(elsewhere)).rejects.toThrow('where the receipts are')
  early.exec('BEGIN IMMEDIATE')
  expect(await run(early)).toMatchObject({ value: 1, replayed: false })
  early.exec('COMMIT')
})

it("says that a caller's transaction must be begun anew where somebody has written since it read", async () => {
  const ground = sqliteGround()
  const { receipts } = receiptsOn(ground)
  await receipts.sweep()
  const operation = orders(receipts)
  const own = ground.connect()
  own.exec('BEGIN')
  own.prepare('SELECT count(*) FROM effects').get()
  await operation.onceInTransaction(
    callFor('b'),
    ground.effect('b', () => 1),
  )
  const stale = operation.onceInTransaction(
    callFor('a', { within: own }),
    ground.effect('a', () => 1),
  )
  const error = await stale.catch((thrown) => thrown)
  expect(error).toBeInstanceOf(StoreUnavailable)
  expect(error).toMatchObject({ fault: 'locked' })
  expect(error.message).toContain('BEGIN IMMEDIATE')
  own.exec('ROLLBACK')
  expect(await ground.effects('a')).toBe(0)
})

it('is refused on a store that shares no transactions', async () => {
  const receipts = createReceipts({ store: memoryStore() })
  onTestFinished(() => receipts.close())
  const define = () => receipts.transactional('place-order', {} as never)
  expect(define).toThrow(OptionInvalid)
  expect(define).toThrow('the memory store shares no transaction with your tables')
})

it('opens no file before it is needed', async () => {
  const receipts = createReceipts({ store: sqliteStore('/nonexistent/folder/receipts.db') })
  onTestFinished(() => receipts.close())
  const operation = receipts.transactional('place-order', {})
  await expect(operation.onceInTransaction(callFor('a'), () => 1)).rejects.toBeInstanceOf(StoreUnavailable)
})
