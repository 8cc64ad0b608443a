import { describe, expect, test, vi } from 'vitest'
import { createReceipts } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { call, follow, idOf, OPERATION, Work, World } from './world.ts'

const ONCE = { guarantee: 'at-most-once', lease: '3s' } as const

describe('events', () => {
  test('tell of a run and of a replay', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(250)
    work.return('paid')
    await world.pass(0)
    follow(operation.once(call(), work.handler))
    await world.pass(0)
    const about = { id: idOf(), operation: OPERATION, attempt: 1 }
    expect(process.events).toEqual([
      { type: 'claimed', ...about, predecessor: 'none', purpose: 'run' },
      { type: 'settled', ...about, as: 'succeeded', durationMs: 250 },
      { type: 'replayed', ...about },
    ])
  })

  test('tell of who waits, and of its end', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, { ...ONCE, wait: '1s' })
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(0)
    follow(operation.once(call(), work.handler))
    await world.pass(1000)
    expect(process.told).toEqual(['claimed', 'waiting', 'refused'])
    expect(process.events.at(-1)).toMatchObject({ why: 'wait_ended' })
  })

  test('tell of each refusal, and why', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    follow(operation.once(call(), () => 'paid'))
    await world.pass(0)
    follow(operation.once(call('order 1', { request: 'another' }), () => 'paid'))
    await world.pass(0)
    follow(operation.once(call('order 1', { credentials: 'another' }), () => 'paid'))
    await world.pass(0)
    await world.pass(24 * 3_600_000 - 1)
    expect(process.events.slice(2).map((event) => 'why' in event && event.why)).toEqual([
      'conflict',
      'forbidden',
    ])
  })

  test('tell of a call that is one too many, and of one that can’t be compared', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, { ...ONCE, maxWaitersPerReceipt: 0 })
    follow(operation.once(call(), new Work().handler))
    await world.pass(0)
    follow(operation.once(call(), () => 'paid twice'))
    await world.pass(0)
    const own = world.process().receipts.operation<string>(OPERATION, { ...ONCE, fingerprint: () => 'own' })
    follow(own.once(call('another'), () => 'paid'))
    await world.pass(0)
    follow(operation.once(call('another'), () => 'paid twice'))
    await world.pass(0)
    expect(process.events.slice(1)).toMatchObject([
      { type: 'refused', why: 'too_many_waiters' },
      { type: 'refused', why: 'fingerprint_unknown' },
    ])
  })

  test('tell of a claim that was lost by the time its attempt gave it up', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, { ...ONCE, guarantee: 'at-least-once' })
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(0)
    await world.store.age(idOf(), 10_000)
    const winner = world
      .process()
      .receipts.operation<string>(OPERATION, { ...ONCE, guarantee: 'at-least-once' })
    follow(winner.once(call(), () => 'paid'))
    await world.pass(0)
    work.attempt.unknown()
    work.return('maybe')
    await world.pass(0)
    expect(process.told).toEqual(['claimed', 'claim_lost', 'waiting', 'replayed'])
  })

  test('tell of what is given up, with the error, and of what is lost', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const error = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    follow(
      operation.once(call(), () => {
        throw error
      }),
    )
    await world.pass(0)
    expect(process.events.at(-1)).toMatchObject({ type: 'given_up', attempt: 1, error })
    const work = new Work()
    follow(operation.once(call('another'), work.handler))
    await world.pass(0)
    await world.store.age(idOf('another'), 10_000)
    const { receipt } = await world.store.read(idOf('another'))
    if (!receipt) throw new Error('no receipt')
    await world.store.changeByHand(receipt, { by: 'me', note: null, token: 'new', do: 'release' })
    work.return('too late')
    await world.pass(0)
    expect(process.events).toContainEqual({
      type: 'claim_lost',
      id: idOf('another'),
      operation: OPERATION,
      attempt: 1,
    })
  })

  test('hold neither keys nor requests nor outcomes', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const secret = call('a secret key', { request: 'a secret request' })
    follow(operation.once(secret, () => 'a secret outcome'))
    await world.pass(0)
    follow(operation.once(secret, () => 'x'))
    follow(operation.once(call('a secret key', { request: 'another secret' }), () => 'x'))
    await world.pass(0)
    expect(process.events).toHaveLength(4)
    expect(JSON.stringify(process.events)).not.toContain('secret')
  })

  test('that their listener can’t bear harm no call: what it throws is a process warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const receipts = createReceipts({
      store: memoryStore(),
      sweep: 'off',
      onEvent: () => {
        throw new Error('the listener is broken')
      },
    })
    const { value } = await receipts.operation<string>(OPERATION, ONCE).once(call(), () => 'paid')
    await receipts.close()
    expect(value).toBe('paid')
    expect(warned).toHaveBeenCalledWith(expect.objectContaining({ message: 'the listener is broken' }), {
      type: 'CounterfoilListener',
    })
    warned.mockRestore()
  })
})
