import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { fenceOf } from '../../../src/core/index.ts'
import { claim } from '../../../src/stores/postgres/claim.ts'
import { NoAnswer } from '../../../src/stores/postgres/faults.ts'
import { Lane } from '../../../src/stores/postgres/lane.ts'
import { requestWith, retryOf, succeeded } from '../../../src/testing/requests.ts'
import { databaseForFile } from '../../testing/on-a-database.ts'
import { claimed, executorOf, faultOf, newTables, somebodyWaitsFor } from './a-store.ts'

const database = databaseForFile()

describe('calls that arrive together', () => {
  it('are answered while another transaction holds one of their keys, for as long as it likes', async () => {
    const tables = await newTables(database)
    const holder = await tables.connect()
    const store = tables.open()
    const held = requestWith()
    await holder.query('BEGIN')
    await claim(executorOf(holder), tables.names, held)
    const others = Array.from({ length: 40 }, () => requestWith())
    const calls = [...others.slice(0, 20), retryOf(held), ...others.slice(20)].map((request) =>
      store.claim(request),
    )
    const stuck = calls.splice(20, 1)[0] as (typeof calls)[number]
    for (const { kind } of await Promise.all(calls)) expect(kind).toBe('claimed')
    // Those that come later, too, while it is still held.
    expect((await store.claim(requestWith())).kind).toBe('claimed')
    await holder.query('COMMIT')
    expect((await stuck).kind).toBe('in_progress')
  })

  it('are settled while another transaction holds one of their rows', async () => {
    const tables = await newTables(database)
    const holder = await tables.connect()
    const store = tables.open()
    const receipts = await Promise.all(Array.from({ length: 30 }, () => claimed(store, requestWith())))
    await holder.query('BEGIN')
    await holder.query(`SELECT 1 FROM ${tables.names.receipts} WHERE id = decode($1, 'hex') FOR UPDATE`, [
      receipts[10]?.id,
    ])
    const settles = receipts.map((receipt) => store.settle(fenceOf(receipt), succeeded(), receipt))
    const stuck = settles.splice(10, 1)[0]
    for (const { kind } of await Promise.all(settles)) expect(kind).toBe('settled')
    await holder.query('COMMIT')
    expect((await stuck)?.kind).toBe('settled')
  })

  it('are answered though most of the others are held', async () => {
    const tables = await newTables(database)
    const holder = await tables.connect()
    const store = tables.open({ maxConnections: 10 })
    const held = Array.from({ length: 120 }, () => requestWith())
    await holder.query('BEGIN')
    for (const request of held) await claim(executorOf(holder), tables.names, request)
    await store.claim(requestWith())
    const stuck = held.map((request) => store.claim(retryOf(request)))
    const free = Array.from({ length: 30 }, () => store.claim(requestWith()))
    for (const { kind } of await Promise.all(free)) expect(kind).toBe('claimed')
    await holder.query('COMMIT')
    for (const { kind } of await Promise.all(stuck)) expect(kind).toBe('in_progress')
  })

  it('are answered while settles that went before them wait for rows that are held', async () => {
    const tables = await newTables(database)
    const holder = await tables.connect()
    const store = tables.open()
    const receipts = [await claimed(store, requestWith()), await claimed(store, requestWith())]
    await holder.query('BEGIN')
    await holder.query(`SELECT 1 FROM ${tables.names.receipts} FOR UPDATE`)
    const settles: ReturnType<typeof store.settle>[] = []
    for (const receipt of receipts) {
      settles.push(store.settle(fenceOf(receipt), succeeded(), receipt))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await store.claim(requestWith())).kind).toBe('claimed')
    await holder.query('COMMIT')
    for (const { kind } of await Promise.all(settles)) expect(kind).toBe('settled')
  })

  it('are answered while others would take over receipts whose rows are held, which end in time', async () => {
    const tables = await newTables(database)
    const holder = await tables.connect()
    const store = tables.open({ maxConnections: 4 })
    const requests = Array.from({ length: 4 }, () => requestWith())
    const released = { as: 'released', outcome: null, doubt: 'stands' } as const
    for (const request of requests) await store.settle(fenceOf(await claimed(store, request)), released)
    const running = await claimed(store, requestWith())
    await holder.query('BEGIN')
    await holder.query(`SELECT 1 FROM ${tables.names.receipts} FOR UPDATE`)
    const stuck = requests.map((request) => faultOf(store.claim(retryOf(request))))
    expect((await store.claim(requestWith())).kind).toBe('claimed')
    for (const { fault } of await Promise.all(stuck)) expect(fault).toBe('locked')
    expect((await faultOf(store.renew(fenceOf(running), 60_000))).fault).toBe('locked')
    expect((await faultOf(store.saveStep(fenceOf(running), 'a step', new Uint8Array(1)))).fault).toBe(
      'locked',
    )
    await holder.query('COMMIT')
  }, 12_000)

  it('are answered where the pool allows statements less time than one of them would wait for a held key', async () => {
    const tables = await newTables(database)
    const holder = await tables.connect()
    const store = tables.open({ over: tables.newPool({ statement_timeout: 100 }) })
    const held = requestWith()
    await holder.query('BEGIN')
    await claim(executorOf(holder), tables.names, held)
    const [first, stuck, ...others] = [requestWith(), retryOf(held), requestWith(), requestWith()].map(
      (request) => store.claim(request),
    )
    expect((await faultOf(stuck as Promise<unknown>)).fault).toBe('unreachable')
    for (const { kind } of await Promise.all([first as (typeof others)[number], ...others]))
      expect(kind).toBe('claimed')
    await holder.query('COMMIT')
  })

  it('are each decided on what another transaction wrote to its row while they waited', async () => {
    const tables = await newTables(database)
    const [holder, watcher] = [await tables.connect(), await tables.connect()]
    const store = tables.open()
    const receipts = await Promise.all(Array.from({ length: 5 }, () => claimed(store, requestWith())))
    await holder.query('BEGIN')
    await holder.query(
      `UPDATE ${tables.names.receipts} SET token = 'another', attempt = 2, revision = revision + 1
       WHERE id = decode($1, 'hex')`,
      [receipts[2]?.id],
    )
    const settles = receipts.map((receipt) => store.settle(fenceOf(receipt), succeeded(), receipt))
    await somebodyWaitsFor(holder, watcher)
    await holder.query('COMMIT')
    const kinds = (await Promise.all(settles)).map(({ kind }) => kind)
    expect(kinds).toEqual(['settled', 'settled', 'lost', 'settled', 'settled'])
  })

  it('are answered though one of them can never be written', async () => {
    const tables = await newTables(database)
    const store = tables.open()
    // No key of the contract holds a NUL, and PostgreSQL keeps none: what came so far is a caller's mistake.
    const impossible = { ...requestWith(), operation: 'a\u0000b' }
    const others = Array.from({ length: 20 }, () => requestWith())
    const calls = [...others.slice(0, 10), impossible, ...others.slice(10)].map((request) =>
      store.claim(request),
    )
    const lost = calls.splice(10, 1)[0] as (typeof calls)[number]
    expect((await faultOf(lost)).fault).toBe('failed')
    for (const { kind } of await Promise.all(calls)) expect(kind).toBe('claimed')
  })

  it('never end in a deadlock, though batches of several stores claim and settle the same keys', async () => {
    const tables = await newTables(database)
    const stores = Array.from({ length: 4 }, () => tables.open())
    for (let round = 0; round < 10; round += 1) {
      const requests = Array.from({ length: 60 }, () => requestWith())
      const answers = await Promise.all(
        stores.flatMap((store, index) =>
          (index % 2 === 0 ? requests : requests.toReversed()).map((request) =>
            store.claim(retryOf(request)),
          ),
        ),
      )
      const won = answers.flatMap((answer) => (answer.kind === 'claimed' ? [answer.receipt] : []))
      expect(new Set(won.map(({ id }) => id)).size).toBe(60)
      expect(won).toHaveLength(60)
      const settles = stores.flatMap((store, index) =>
        (index % 2 === 0 ? won : won.toReversed()).map((receipt) =>
          store.settle(fenceOf(receipt), succeeded(), receipt),
        ),
      )
      for (const { kind } of await Promise.all(settles)) expect(kind).toBe('settled')
    }
  })

  it('come back in their own order, the same key twice among them', async () => {
    const tables = await newTables(database)
    const store = tables.open()
    const twice = requestWith()
    const requests = [
      requestWith(),
      twice,
      requestWith(),
      { ...twice },
      retryOf(twice),
      requestWith({ intent: 'recover' }),
    ]
    const answers = await Promise.all(requests.map((request) => store.claim(request)))
    expect(answers.map(({ kind }) => kind)).toEqual([
      'claimed',
      'claimed',
      'claimed',
      'claimed',
      'in_progress',
      'nothing_to_recover',
    ])
    answers.forEach((answer, index) => {
      if (answer.kind === 'claimed') expect(answer.receipt.id).toBe(requests[index]?.id)
    })
  })
})

describe('a lane', () => {
  it('sends at once while nothing is under way, and what comes meanwhile together, at most two at a time', async () => {
    const sent: string[][] = []
    const answers: (() => void)[] = []
    const lane = new Lane<string, string>({
      maxBatch: 3,
      wroteNothing: () => false,
      isHeld: () => false,
      alone: async (item) => item,
      send: async (items) => {
        sent.push([...items])
        await new Promise<void>((resolve) => answers.push(resolve))
        return items.map((item) => item.toUpperCase())
      },
    })
    const calls = ['a', 'b', 'c', 'd', 'e', 'f'].map((item) => lane.push(item))
    expect(sent).toEqual([['a']])
    await new Promise((resolve) => setImmediate(resolve))
    expect(sent).toEqual([['a'], ['b', 'c', 'd']])
    await new Promise((resolve) => setImmediate(resolve))
    expect(sent).toHaveLength(2)
    answers[1]?.()
    await calls[1]
    while (sent.length < 3) await new Promise((resolve) => setImmediate(resolve))
    expect(sent[2]).toEqual(['e', 'f'])
    for (const answer of answers) answer()
    expect(await Promise.all(calls)).toEqual(['A', 'B', 'C', 'D', 'E', 'F'])
  })

  it('refuses who waits too long for a turn, however long the statements before it take', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const lane = new Lane<number, number>({
      maxBatch: 1,
      wroteNothing: () => false,
      isHeld: () => false,
      alone: async (item) => item,
      send: () => new Promise(() => undefined),
    })
    void lane.push(1)
    void lane.push(2)
    await new Promise((resolve) => setImmediate(resolve))
    const early = lane.push(3).catch((error) => error)
    await vi.advanceTimersByTimeAsync(4_000)
    const late = lane.push(4).catch((error) => error)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await early).toBeInstanceOf(NoAnswer)
    const pending = Symbol()
    expect(await Promise.race([late, Promise.resolve(pending)])).toBe(pending)
    await vi.advanceTimersByTimeAsync(4_000)
    expect(await late).toBeInstanceOf(NoAnswer)
  })
})
