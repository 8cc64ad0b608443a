import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pgBouncerUrl } from '../../../../../test-support/servers/index.ts'
import { fenceOf, type ReceiptStore, type Running } from '../../../src/core/index.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { requestWith, succeeded } from '../../../src/testing/requests.ts'
import { contractCases, holdToContract } from '../../testing/hold-to-contract.ts'
import { databaseForFile, onADatabase } from '../../testing/on-a-database.ts'
import { claimed, newTables, type Tables } from './a-store.ts'

const database = databaseForFile()
const processScript = new URL('../../testing/postgres-process.ts', import.meta.url)

describe('a settle', () => {
  it('is notified where somebody waits for it, and only there', async () => {
    const tables = await newTables(database)
    const [store, other] = [tables.open(), tables.open()]
    const listener = await tables.connect()
    await listener.query(`LISTEN "${tables.names.channel}"`)
    const heard: string[] = []
    listener.on('notification', ({ payload = '' }) => {
      if (!payload.startsWith('probe')) heard.push(payload)
    })
    const [waitedFor, ignored] = [requestWith(), requestWith()]
    const receipts = [await claimed(other, ignored), await claimed(other, waitedFor)]
    const watch = store.watch(waitedFor.id, () => undefined)
    await store.read(waitedFor.id)
    for (const receipt of receipts) await other.settle(fenceOf(receipt), succeeded(), receipt)
    // Notifications come in the order of their commits.
    await other.read(waitedFor.id)
    while (heard.length === 0) await once(listener, 'notification')
    expect(heard).toEqual([waitedFor.id])
    watch.stop()
  })

  it('is written and not notified where the queue of notifications is nearly full, or it would fail for that', async () => {
    const tables = await newTables(database)
    const listener = await tables.connect()
    // The real one holds 8 GB. Whose search path names pg_catalog last finds this function first.
    await listener.query(
      `CREATE FUNCTION ${tables.schema}.pg_notification_queue_usage() RETURNS float8 LANGUAGE sql AS 'SELECT 0.95::float8'`,
    )
    const store = tables.open({
      over: tables.newPool({ options: `-c search_path=${tables.schema},pg_catalog` }),
    })
    await listener.query(`LISTEN "${tables.names.channel}"`)
    const heard: string[] = []
    listener.on('notification', ({ payload = '' }) => {
      if (!payload.startsWith('probe')) heard.push(payload)
    })
    const requests = [requestWith(), requestWith(), requestWith(), requestWith()]
    const receipts = await Promise.all(requests.map((request) => claimed(store, request)))
    for (const { id } of requests) {
      const watch = store.watch(id, () => undefined)
      onTestFinished(() => watch.stop())
      await store.read(id)
    }
    // Alone, in a batch, and decided on a reading.
    const settles = receipts.slice(1).map((receipt) => store.settle(fenceOf(receipt), succeeded(), receipt))
    const first = store.settle(fenceOf(receipts[0] as Running), succeeded())
    for (const { kind } of await Promise.all([...settles, first])) expect(kind).toBe('settled')
    await listener.query(`NOTIFY "${tables.names.channel}", 'the end'`)
    while (!heard.includes('the end')) await once(listener, 'notification')
    expect(heard).toEqual(['the end'])
  })

  it('is heard by its notification: that alone wakes, though a look would find nothing changed', async () => {
    const tables = await newTables(database)
    const [store, other] = [tables.open(), tables.open()]
    const request = requestWith()
    await claimed(other, request)
    await untilAudit(store, request.id, 'NOTIFY, on one connection')
    const woken = wakeOf(store, request.id)
    await store.read(request.id)
    await (await tables.connect()).query('SELECT pg_notify($1, $2)', [tables.names.channel, request.id])
    await woken
  })

  it('wakes those whose listening connection was lost meanwhile, once that is back', async () => {
    const tables = await newTables(database)
    const [store, other] = [tables.open(), tables.open()]
    const request = requestWith()
    const receipt = await claimed(other, request)
    await untilAudit(store, request.id, 'NOTIFY, on one connection')
    for (let round = 0; round < 3; round += 1) {
      const woken = wakeOf(store, request.id)
      await store.read(request.id)
      expect(await killListeners(tables)).toBe(1)
      await woken
      await untilAudit(store, request.id, 'NOTIFY, on one connection')
    }
    const woken = wakeOf(store, request.id)
    await store.read(request.id)
    await other.settle(fenceOf(receipt), succeeded(), receipt)
    await woken
  })

  it('wakes also where its notification was lost: by a look, a moment later', async () => {
    const tables = await newTables(database)
    const [store, other] = [tables.open(), tables.open()]
    const request = requestWith()
    const receipt = await claimed(other, request)
    await untilAudit(store, request.id, 'NOTIFY, on one connection')
    const woken = wakeOf(store, request.id)
    await store.read(request.id)
    const eraser = await tables.connect()
    await eraser.query(`UPDATE ${tables.names.receipts} SET waited = false`)
    await other.settle(fenceOf(receipt), succeeded(), receipt)
    await woken
  })
})

it('a look does not wake those whose first reading is still under way, and they miss nothing', async () => {
  const tables = await newTables(database)
  const [store, other] = [tables.open(), tables.open()]
  const [request, looked] = [requestWith(), requestWith()]
  for (const each of [request, looked]) await claimed(other, each)
  await store.read(request.id)
  const locker = await tables.connect()
  await locker.query('BEGIN')
  await locker.query(`SELECT FROM ${tables.names.receipts} WHERE id = decode($1, 'hex') FOR UPDATE`, [
    request.id,
  ])
  let wakes = 0
  const woken = Promise.withResolvers<void>()
  const watch = store.watch(request.id, () => {
    wakes += 1
    woken.resolve()
  })
  onTestFinished(() => watch.stop())
  const reading = store.read(request.id)
  const changeUnheard = `UPDATE ${tables.names.receipts} SET attempt = attempt + 1 WHERE id = decode($1, 'hex')`
  // Another receipt's change is seen by a look, and it looks at this one too.
  const lookedAt = wakeOf(store, looked.id)
  await store.read(looked.id)
  await (await tables.connect()).query(changeUnheard, [looked.id])
  await lookedAt
  expect(wakes).toBe(0)
  await locker.query('COMMIT')
  expect((await reading).receipt?.attempt).toBe(1)
  await locker.query(changeUnheard, [request.id])
  await woken.promise
  expect(wakes).toBe(1)
})

it('a process that waits for nothing but its close ends when that is done', async () => {
  const tables = await newTables(database)
  const script = `
    import { postgresStore } from './src/stores/postgres/index.ts'
    const store = postgresStore(${JSON.stringify(tables.url)}, { schema: '${tables.schema}' })
    await store.read('00'.repeat(32))
    store.watch('00'.repeat(32), () => undefined)
    await store.audit()
    await store.close()
    console.log('closed')`
  const ran = promisify(execFile)(
    process.execPath,
    ['--conditions=@counterfoil/source', '--input-type=module', '-e', script],
    { cwd: new URL('../../..', import.meta.url) },
  )
  expect((await ran).stdout).toBe('closed\n')
})

describe('behind PgBouncer in transaction mode', () => {
  it('says that notifications do not come through, and waits by looking', async () => {
    const tables = await newTables(database)
    const store = tables.open({ over: await pgBouncerUrl(tables.url) })
    const other = tables.open()
    const request = requestWith()
    const receipt = await claimed(other, request)
    await untilAudit(store, request.id, 'do not come through')
    const woken = wakeOf(store, request.id)
    await store.read(request.id)
    await other.settle(fenceOf(receipt), succeeded(), receipt)
    await woken
  })

  const topics = ['storms', 'watch', 'close', 'outcomes']
  const cases = contractCases('one process').filter(({ topic }) => topics.includes(topic))
  let through: string
  holdToContract(cases, async (use) => {
    through ??= await pgBouncerUrl(database.url)
    await onADatabase(
      database,
      (_url, schema) => postgresStore(through, { schema, maxConnections: 4 }),
      processScript,
      [],
      use,
    )
  })
})

describe('through a client of postgres', () => {
  const topics = ['storms', 'watch', 'close', 'outcomes', 'steps', 'hostile keys', 'lists']
  const cases = contractCases('one process').filter(({ topic }) => topics.includes(topic))
  holdToContract(cases, async (use) => {
    const clients: postgres.Sql[] = []
    try {
      await onADatabase(
        database,
        (url, schema) => {
          const sql = postgres(url, { max: 4, onnotice: () => undefined })
          clients.push(sql)
          return postgresStore(sql, { schema })
        },
        processScript,
        [],
        use,
      )
    } finally {
      await Promise.all(clients.map((sql) => sql.end({ timeout: 5 })))
    }
  })
})

function wakeOf(store: ReceiptStore, id: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const watch = store.watch(id, resolve)
  onTestFinished(() => watch.stop())
  return promise.finally(() => watch.stop())
}

async function untilAudit(store: ReceiptStore, id: string, says: string): Promise<void> {
  await store.read(id)
  const watch = store.watch(id, () => undefined)
  while (!(await store.audit()).some((finding) => finding.says.includes(says))) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  watch.stop()
}

async function killListeners(tables: Tables): Promise<number> {
  const client = await tables.connect()
  const { rows } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = $1 AND datname = current_database()`,
    [`LISTEN "${tables.names.channel}"`],
  )
  return rows.length
}
