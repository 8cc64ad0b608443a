import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import postgres from 'postgres'
import { expect, it, onTestFinished } from 'vitest'
import { type Finding, fenceOf, MAX_PAGE, OptionInvalid, type ReceiptStore } from '../../../src/core/index.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { requestWith, retryOf } from '../../../src/testing/requests.ts'
import { databaseForFile } from '../../testing/on-a-database.ts'
import { claimed, faultOf, newTables, type Tables } from './a-store.ts'

// What a user's own server, pool or client may be set to, without the receipts' being any different for it.

const database = databaseForFile()

function onPostgres(tables: Tables, options: Parameters<typeof postgres>[1]): ReceiptStore {
  const sql = postgres(tables.url, { max: 2, onnotice: () => undefined, ...options })
  const store = postgresStore(sql, { schema: tables.schema })
  onTestFinished(async () => {
    await store.close()
    await sql.end()
  })
  return store
}

const bytes = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), randomBytes(100)])

async function expectBytesBack(store: ReceiptStore): Promise<void> {
  const request = requestWith({ request: bytes })
  const receipt = await claimed(store, request)
  await store.saveStep(fenceOf(receipt), 'a step', bytes)
  const steps = await store.readSteps(request.id, receipt.incarnation)
  expect(Buffer.from(steps.get('a step') ?? [])).toEqual(bytes)
  const running = await store.read(request.id)
  expect(Buffer.from(running.receipt?.request ?? [])).toEqual(bytes)
  await store.settle(fenceOf(receipt), { as: 'succeeded', outcome: bytes }, receipt)
  // Alone, and in a batch.
  const replays = [await store.claim(retryOf(request))]
  replays.push(...(await Promise.all([1, 2, 3, 4].map(() => store.claim(retryOf(request))))))
  for (const replay of replays) {
    if (replay.kind !== 'replay') throw new Error(`not replayed: ${replay.kind}`)
    expect(Buffer.from(replay.receipt.outcome ?? [])).toEqual(bytes)
  }
}

it('gives bytes back as they were where the server writes them escaped', async () => {
  const tables = await newTables(database)
  await expectBytesBack(onPostgres(tables, { connection: { bytea_output: 'escape' } }))
  await expectBytesBack(tables.open({ over: tables.newPool({ options: '-c bytea_output=escape' }) }))
})

it('gives bytes back as they were over a pool that asks for binary answers', async () => {
  const tables = await newTables(database)
  await expectBytesBack(tables.open({ over: tables.newPool({ binary: true } as pg.PoolConfig) }))
})

it('reads its answers whatever a client of postgres makes of the names of columns, or refuses it', async () => {
  const tables = await newTables(database)
  for (const transform of [postgres.camel, postgres.kebab]) {
    const store = onPostgres(tables, { transform })
    await expectBytesBack(store)
    expect(aboutServer(await store.audit())).toEqual(aboutServer(await tables.open().audit()))
    const { receipts, next } = await store.list({}, { limit: 1 })
    expect(receipts).toHaveLength(1)
    if (next !== undefined)
      expect((await store.list({}, { limit: MAX_PAGE, after: next })).receipts).toHaveLength(1)
  }
  expect(() => onPostgres(tables, { transform: postgres.pascal })).toThrow(OptionInvalid)
})

/** What both drivers' stores find, so far as it is about the server. */
const aboutServer = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ says }) => !says.includes('driver') && !says.includes('otif'))

it('gives no call a connection on which another one is still waiting, past the query_timeout of the pool', async () => {
  const tables = await newTables(database)
  const holder = await tables.connect()
  const store = tables.open({ over: tables.newPool({ query_timeout: 300, max: 1 }) })
  const receipt = await claimed(store, requestWith())
  await holder.query('BEGIN')
  await holder.query(`SELECT 1 FROM ${tables.names.receipts} FOR UPDATE`)
  expect((await faultOf(store.renew(fenceOf(receipt), 60_000))).fault).toBe('unreachable')
  expect((await store.claim(requestWith())).kind).toBe('claimed')
  await holder.query('COMMIT')
})

it('refuses a bound that no timer can keep', () => {
  expect(() => postgresStore(database.url, { answerWithinMs: 2 ** 31 })).toThrow(OptionInvalid)
})
