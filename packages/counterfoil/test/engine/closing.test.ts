import { describe, expect, test } from 'vitest'
import { ReceiptsClosed } from '../../src/index.ts'
import { call, follow, idOf, OPERATION, Work, World } from './world.ts'

const ONCE = { guarantee: 'at-most-once', lease: '3s' } as const

describe('close', () => {
  test('lets what runs finish and settle, sends away who only waits, and takes no new calls', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const elsewhere = world.process().receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    const first = follow(operation.once(call(), work.handler))
    follow(elsewhere.once(call('theirs'), new Work().handler))
    await world.pass(0)
    const waitsHere = follow(operation.once(call(), work.handler))
    const waitsElsewhere = follow(operation.once(call('theirs'), work.handler))
    await world.pass(100)
    const closed = follow(process.receipts.close())
    await world.pass(5000)
    expect(waitsHere.error).toBeInstanceOf(ReceiptsClosed)
    expect(waitsElsewhere.error).toBeInstanceOf(ReceiptsClosed)
    expect(closed.ended).toBe(false)
    expect(work.attempt.signal.aborted).toBe(false)
    await expect(operation.once(call('new'), work.handler)).rejects.toBeInstanceOf(ReceiptsClosed)
    expect(() => process.receipts.operation('another', ONCE)).toThrow(ReceiptsClosed)
    work.return('paid')
    await world.pass(0)
    expect(first.value).toMatchObject({ value: 'paid', receipt: 'settled' })
    expect(closed.ended).toBe(true)
    expect(process.machine.timers).toBe(0)
    expect(process.link.watches).toBe(0)
  })

  test('gives back a claim that was under way, and runs nothing', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    process.fates.claim = [{ sendMs: 50, answerMs: 50 }]
    const first = follow(operation.once(call(), work.handler))
    await world.pass(60)
    const closed = follow(process.receipts.close())
    await world.pass(1000)
    expect(first.error).toBeInstanceOf(ReceiptsClosed)
    expect(closed.ended).toBe(true)
    expect(work.attempts).toHaveLength(0)
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'failed', retryable: true })
    expect(process.machine.timers).toBe(0)
  })

  test('tries a settle that is behind once more, and waits for it', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    process.fates.settle = Array.from({ length: 50 }, () => ({ fault: 'request_lost' as const }))
    const first = follow(operation.once(call(), () => 'paid'))
    await world.pass(3100)
    expect(first.value?.receipt).toBe('unsettled')
    process.fates.settle = [{ sendMs: 100 }]
    const closed = follow(process.receipts.close())
    await world.pass(99)
    expect(closed.ended).toBe(false)
    await world.pass(1)
    expect(closed.ended).toBe(true)
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'succeeded' })
    expect(process.machine.timers).toBe(0)
  })

  test('is one close however often it is asked for', async () => {
    const { receipts } = new World().process()
    expect(receipts.close()).toBe(receipts.close())
  })
})

describe('the sweep', () => {
  test('goes by itself, in bounded batches while more is due, and stops with the engine', async () => {
    const world = new World()
    const process = world.process({ sweep: { every: '10m', batch: 2 } })
    const operation = process.receipts.operation<string>(OPERATION, { ...ONCE, ttl: '1m' })
    for (const key of ['a', 'b', 'c', 'd', 'e']) follow(operation.once(call(key), () => 'paid'))
    await world.pass(0)
    expect(process.link.calls.sweep).toBe(0)
    await world.pass(16 * 60_000)
    expect((await world.store.stats()).places.absent).toBe(0)
    expect((await world.store.list({}, { limit: 10 })).receipts).toHaveLength(0)
    const swept = process.events.filter((event) => event.type === 'swept')
    expect(swept.map((event) => event.type === 'swept' && event.removed)).toEqual([2, 2, 1])
    const closed = follow(process.receipts.close())
    await world.pass(0)
    expect(closed.ended).toBe(true)
    expect(process.machine.timers).toBe(0)
  })

  test('reports what the store fails, and comes again', async () => {
    const world = new World()
    const process = world.process({ sweep: { every: '10m' } })
    process.fates.sweep = [{ fault: 'request_lost' }]
    await world.pass(40 * 60_000)
    expect(process.told).toEqual(['sweep_failed'])
    expect(process.link.calls.sweep).toBeGreaterThan(1)
  })

  test('never takes what lives, and tells of a receipt that was held past all patience', async () => {
    const world = new World()
    const process = world.process({ sweep: { every: '10m' } })
    const operation = process.receipts.operation<string>(OPERATION, { ...ONCE, lease: '1h', ttl: '1m' })
    const work = new Work()
    const first = follow(operation.once(call(), work.handler))
    await world.pass(30 * 60_000)
    work.return('paid')
    await world.pass(0)
    expect(first.value?.receipt).toBe('settled')
    const unknown = call('unknown')
    follow(
      operation.once(unknown, (attempt) => {
        attempt.unknown()
        return 'maybe'
      }),
    )
    await world.pass(31 * 24 * 3_600_000)
    expect(process.events).toContainEqual({
      type: 'entombed',
      id: idOf('unknown'),
      operation: OPERATION,
      tenant: 'acme',
    })
    const retry = follow(operation.once(unknown, () => 'paid twice'))
    await world.pass(0)
    expect(retry.error).toMatchObject({ code: 'outcome_expired' })
  })

  test('is at hand, whatever the timer does', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, { ...ONCE, ttl: '1m' })
    follow(operation.once(call(), () => 'paid'))
    await world.pass(60_000)
    const swept = follow(process.receipts.sweep())
    await world.pass(0)
    expect(swept.value).toMatchObject({ removed: 1, more: false })
  })
})
