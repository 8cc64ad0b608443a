import { describe, expect, test, vi } from 'vitest'
import { StoreFull, StoreUnavailable } from '../../src/index.ts'
import { call, follow, idOf, OPERATION, Work, World } from './world.ts'

const ONCE = { guarantee: 'at-most-once', lease: '3s' } as const

describe('a claim', () => {
  test('whose answer is lost is sent again under its token, and runs at once', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    process.fates.claim = [{ fault: 'answer_lost' }]
    const first = follow(operation.once(call(), () => 'paid'))
    await world.pass(100)
    expect(process.link.calls.claim).toBe(2)
    expect(first.value).toMatchObject({ value: 'paid', attempt: 1, replayed: false })
  })

  test('that no answer comes to fails its callers, and is given back once the store answers', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    process.fates.claim = Array.from({ length: 5 }, () => ({ fault: 'answer_lost' as const }))
    const calls = [1, 2].map(() => follow(operation.once(call(), work.handler)))
    await world.pass(200)
    for (const { error } of calls) expect(error).toBeInstanceOf(StoreUnavailable)
    await world.pass(1000)
    expect(work.attempts).toHaveLength(0)
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'failed', retryable: true })
    expect(process.told).toContain('withdrawn')
    const later = follow(operation.once(call(), () => 'paid'))
    await world.pass(0)
    expect(later.value).toMatchObject({ value: 'paid', attempt: 2 })
  })

  test('is not sent again where the store says that nothing was written', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    await world.store.close()
    const first = follow(operation.once(call(), () => 'paid'))
    await world.pass(1000)
    expect(first.error).toMatchObject({ code: 'store_unavailable', fault: 'closed' })
    expect(process.link.calls.claim).toBe(1)
    expect(process.machine.timers).toBe(0)
  })

  test('for a new key is refused by a store that is full, and nothing runs; what lives is answered', async () => {
    const world = new World({ maxReceipts: 1 })
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    follow(operation.once(call('kept'), () => 'kept'))
    await world.pass(0)
    const refused = follow(operation.once(call('new'), work.handler))
    const kept = follow(operation.once(call('kept'), work.handler))
    await world.pass(0)
    expect(refused.error).toBeInstanceOf(StoreFull)
    expect(kept.value).toMatchObject({ value: 'kept', replayed: true })
    expect(work.attempts).toHaveLength(0)
  })
})

describe('a caller that is gone', () => {
  test('before it called runs nothing and claims nothing', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const signal = AbortSignal.abort(new Error('hung up'))
    const first = follow(operation.once(call('order 1', { signal }), () => 'paid'))
    await world.pass(1000)
    expect(first.error).toMatchObject({ message: 'hung up' })
    expect(process.link.calls.claim).toBe(0)
  })

  test('while its claim is under way runs nothing, and the claim that comes late is given back', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    const gone = new AbortController()
    process.fates.claim = [{ sendMs: 50, answerMs: 50 }]
    const first = follow(operation.once(call('order 1', { signal: gone.signal }), work.handler))
    await world.pass(60)
    gone.abort(new Error('hung up'))
    await world.pass(0)
    expect(first.error).toMatchObject({ message: 'hung up' })
    await world.pass(200)
    expect(work.attempts).toHaveLength(0)
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'failed', retryable: true })
  })

  test('while its claim is under way leaves the claim to another call that is there', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const gone = new AbortController()
    process.fates.claim = [{ sendMs: 50, answerMs: 50 }]
    follow(operation.once(call('order 1', { signal: gone.signal }), () => 'never'))
    const second = follow(operation.once(call(), () => 'paid'))
    await world.pass(60)
    gone.abort()
    await world.pass(100)
    expect(process.link.calls.claim).toBe(1)
    expect(second.value).toMatchObject({ value: 'paid', attempt: 1, replayed: false })
  })

  test('is not listened to any more once it has its outcome', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    const { signal } = new AbortController()
    const listens = vi.spyOn(signal, 'addEventListener')
    const listensNoMore = vi.spyOn(signal, 'removeEventListener')
    follow(operation.once(call('order 1', { signal }), () => 'paid'))
    await world.pass(0)
    expect(listens).toHaveBeenCalledTimes(1)
    expect(listensNoMore.mock.calls).toEqual(listens.mock.calls)
  })

  test('while its handler runs leaves it running, and a retry gets what it comes to', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    const gone = new AbortController()
    const first = follow(operation.once(call('order 1', { signal: gone.signal }), work.handler))
    await world.pass(10)
    gone.abort(new Error('hung up'))
    await world.pass(10)
    expect(first.error).toMatchObject({ message: 'hung up' })
    expect(work.attempt.signal.aborted).toBe(false)
    const retry = follow(operation.once(call(), work.handler))
    await world.pass(10)
    work.return('paid')
    await world.pass(0)
    expect(retry.value).toMatchObject({ value: 'paid', replayed: true })
    expect(work.attempts).toHaveLength(1)
  })
})
