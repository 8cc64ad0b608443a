import { describe, expect, it } from 'vitest'
import type { ClaimRequest } from '../../../src/core/index.ts'
import { claim } from '../../../src/stores/postgres/claim.ts'
import type { Executor } from '../../../src/stores/postgres/executor.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { sendTogether } from '../../../src/stores/postgres/together.ts'
import { requestWith, retryOf } from '../../../src/testing/requests.ts'
import { contractCases, holdToContract } from '../../testing/hold-to-contract.ts'
import { databaseForFile, onADatabase } from '../../testing/on-a-database.ts'
import { claimed, executorOf, faultOf, newTables, somebodyWaitsFor } from './a-store.ts'

const database = databaseForFile()

describe('a claim that meets another transaction', () => {
  it('waits for one that has inserted its key, and once that commits finds its receipt', async () => {
    const tables = await newTables(database)
    const [holder, watcher] = [await tables.connect(), await tables.connect()]
    const store = tables.open()
    const request = requestWith()
    await holder.query('BEGIN')
    expect((await claim(executorOf(holder), tables.names, request)).kind).toBe('claimed')
    const rival = store.claim(retryOf(request))
    await somebodyWaitsFor(holder, watcher)
    await holder.query('COMMIT')
    // Its own INSERT inserted nothing, and its snapshot shows nothing: an answer made of that would be no answer.
    expect((await rival).kind).toBe('in_progress')
  })

  it('has a whole lease if the other one rolls back, however long that took', async () => {
    const tables = await newTables(database)
    const [holder, watcher] = [await tables.connect(), await tables.connect()]
    const store = tables.open()
    const request = requestWith()
    await holder.query('BEGIN')
    await claim(executorOf(holder), tables.names, request)
    const rival = store.claim(retryOf(request))
    await somebodyWaitsFor(holder, watcher)
    await watcher.query('SELECT pg_sleep(0.4)')
    const { now } = await store.read(request.id)
    await holder.query('ROLLBACK')
    const decision = await rival
    if (decision.kind !== 'claimed') throw new Error(decision.kind)
    expect(decision.receipt.leaseEndsAt).toBeGreaterThanOrEqual(now + request.leaseMs)
    expect((await store.read(request.id)).receipt).toEqual(decision.receipt)
  })

  it('is told of the receipt that it made, though its snapshot shows one that was swept meanwhile', async () => {
    const tables = await newTables(database)
    const [holder, watcher, claimant] = [
      await tables.connect(),
      await tables.connect(),
      await tables.connect(),
    ]
    const [first, second] = [requestWith(), requestWith()].toSorted((a, b) => (a.id < b.id ? -1 : 1)) as [
      ClaimRequest,
      ClaimRequest,
    ]
    await claim(executorOf(watcher), tables.names, second)
    await holder.query('BEGIN')
    await claim(executorOf(holder), tables.names, first)
    // Both in one statement: it stops at the first key, which is held, and comes to the second once that is gone.
    const passengers = [first, second].map((request) => ({ do: 'claim', request: retryOf(request) }) as const)
    const answer = sendTogether(executorOf(claimant), tables.names, passengers, 60_000, 0)
    await somebodyWaitsFor(holder, watcher)
    await watcher.query(`DELETE FROM ${tables.names.receipts} WHERE id = decode($1, 'hex')`, [second.id])
    await holder.query('ROLLBACK')
    expect((await answer).map((each) => each?.kind)).toEqual(['made', 'made'])
  })

  it('is refused as locked, and not for ever, where the other one never ends', async () => {
    const tables = await newTables(database)
    const holder = await tables.connect()
    const store = tables.open()
    const request = requestWith()
    await holder.query('BEGIN')
    await claim(executorOf(holder), tables.names, request)
    const { fault, message } = await faultOf(store.claim(retryOf(request)))
    expect(fault).toBe('locked')
    expect(message).toContain('another transaction')
    await holder.query('ROLLBACK')
    expect((await store.claim(retryOf(request))).kind).toBe('claimed')
  })
})

describe("a claim inside a user's transaction", () => {
  const leaseIn = async (rewrite: (text: string) => string): Promise<{ before: number; endsAt: number }> => {
    const tables = await newTables(database)
    const client = await tables.connect()
    const executor: Executor = { query: (text, values) => executorOf(client).query(rewrite(text), values) }
    await client.query('BEGIN')
    await client.query('SELECT pg_sleep(0.3)')
    const { rows } = await client.query(
      `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`,
    )
    const decision = await claim(executor, tables.names, requestWith({ leaseMs: 1000 }))
    await client.query('COMMIT')
    if (decision.kind !== 'claimed') throw new Error(decision.kind)
    return { before: rows[0].now as number, endsAt: decision.receipt.leaseEndsAt }
  }

  it('has its lease from the claim on, and not from the beginning of the transaction', async () => {
    const { before, endsAt } = await leaseIn((text) => text)
    expect(endsAt).toBeGreaterThanOrEqual(before + 1000)
  })

  it('would not, by now(), which is frozen there', async () => {
    const { before, endsAt } = await leaseIn((text) => text.replaceAll('clock_timestamp()', 'now()'))
    expect(endsAt).toBeLessThan(before + 1000)
  })

  it('leaves the settings of the transaction as they are', async () => {
    const tables = await newTables(database)
    const client = await tables.connect()
    await client.query("BEGIN; SET LOCAL lock_timeout = '1234ms'")
    await claim(executorOf(client), tables.names, requestWith())
    const { rows } = await client.query('SHOW lock_timeout')
    expect(rows[0].lock_timeout).toBe('1234ms')
    await client.query('COMMIT')
    const { rows: after } = await client.query('SHOW lock_timeout')
    expect(after[0].lock_timeout).toBe('0')
  })
})

describe('a settle that meets another transaction', () => {
  it('is decided on what that one wrote', async () => {
    const tables = await newTables(database)
    const [holder, watcher] = [await tables.connect(), await tables.connect()]
    const store = tables.open()
    const request = requestWith()
    const receipt = await claimed(store, request)
    await holder.query('BEGIN')
    await holder.query(
      `UPDATE ${tables.names.receipts} SET token = 'another', attempt = 2, revision = revision + 1`,
    )
    const settle = store.settle(receipt, { as: 'succeeded', outcome: new Uint8Array([1]) }, receipt)
    await somebodyWaitsFor(holder, watcher)
    await holder.query('COMMIT')
    expect(await settle).toEqual({ kind: 'lost' })
  })
})

// 40001 is no loss: nothing was written, and it is sent again.
describe.each(['repeatable read', 'serializable'])('sessions at %s', (level) => {
  const quoted = level.replaceAll(' ', '\\ ')
  const topics = ['storms', 'lost answers']
  const cases = contractCases('one process').filter(({ topic }) => topics.includes(topic))
  holdToContract(cases, (use) =>
    onADatabase(
      database,
      (url, schema) =>
        postgresStore(`${url}?options=${encodeURIComponent(`-c default_transaction_isolation=${quoted}`)}`, {
          schema,
          maxConnections: 4,
        }),
      new URL('../../testing/postgres-process.ts', import.meta.url),
      [],
      use,
    ),
  )

  it('are sessions at that level, and the audit says so', async () => {
    const tables = await newTables(database)
    const store = tables.open({
      over: tables.newPool({ options: `-c default_transaction_isolation=${quoted}` }),
    })
    const said = (await store.audit()).map(({ says }) => says).join('\n')
    expect(said).toContain(level.toUpperCase())
  })
})
