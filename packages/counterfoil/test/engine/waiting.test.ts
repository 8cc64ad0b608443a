import { describe, expect, test } from 'vitest'
import { StillInProgress, StoredFailure } from '../../src/index.ts'
import { call, type Followed, follow, idOf, OPERATION, Work, World } from './world.ts'

const ONCE = { guarantee: 'at-most-once' } as const

describe('a call while the first with its key runs', () => {
  test('waits, and gets the first one’s outcome', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    const first = follow(operation.once(call(), work.handler))
    const second = follow(operation.once(call(), work.handler))
    await world.pass(100)
    expect(second.ended).toBe(false)
    work.return('paid')
    await world.pass(0)
    expect(first.value).toEqual({ value: 'paid', replayed: false, attempt: 1, receipt: 'settled' })
    expect(second.value).toEqual({ value: 'paid', replayed: true, attempt: 1, receipt: 'settled' })
    expect(work.attempts).toHaveLength(1)
  })

  test('in another process is told as soon as the first has settled', async () => {
    const world = new World()
    const work = new Work()
    const here = world.process().receipts.operation<string>(OPERATION, ONCE)
    const there = world.process().receipts.operation<string>(OPERATION, ONCE)
    follow(here.once(call(), work.handler))
    await world.pass(0)
    const second = follow(there.once(call(), work.handler))
    await world.pass(1000)
    expect(second.ended).toBe(false)
    work.return('paid')
    await world.pass(0)
    expect(second.value).toMatchObject({ value: 'paid', replayed: true })
  })

  test.each(['the same process', 'another process'])(
    'is rejected at once where it may not wait: %s',
    async (where) => {
      const world = new World()
      const options = { ...ONCE, wait: 'reject', lease: '30s' } as const
      const process = world.process()
      const work = new Work()
      const here = process.receipts.operation<string>(OPERATION, options)
      const there =
        where === 'the same process' ? here : world.process().receipts.operation<string>(OPERATION, options)
      follow(here.once(call(), work.handler))
      await world.pass(1000)
      const second = follow(there.once(call(), work.handler))
      await world.pass(0)
      expect(second.error).toBeInstanceOf(StillInProgress)
      expect(second.error).toMatchObject({ why: 'rejected', retry: 'later' })
      expect(work.attempts).toHaveLength(1)
    },
  )

  test('is told when its wait has ended, and when a retry may help', async () => {
    const world = new World()
    const options = { ...ONCE, wait: '4s', lease: '30s' } as const
    const operation = world.process().receipts.operation<string>(OPERATION, options)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(0)
    const second = follow(operation.once(call(), work.handler))
    await world.pass(3999)
    expect(second.ended).toBe(false)
    await world.pass(1)
    expect(second.error).toMatchObject({ code: 'still_in_progress', why: 'wait_ended' })
  })

  test.each(['the same process', 'another process'])(
    'is told a true time to come back after, long after the first lease was renewed: %s',
    async (where) => {
      const world = new World()
      const options = { ...ONCE, wait: 'reject', lease: '30s' } as const
      const work = new Work()
      const here = world.process().receipts.operation<string>(OPERATION, options)
      const there =
        where === 'the same process' ? here : world.process().receipts.operation<string>(OPERATION, options)
      follow(here.once(call(), work.handler))
      await world.pass(95_000)
      const second = follow(there.once(call(), work.handler))
      await world.pass(0)
      // The last renewal was at 90 s: its lease runs to 120 s.
      expect(second.error).toMatchObject({ retryAfterMs: 25_000 })
    },
  )

  test('that waits elsewhere is told a true time, long after the first lease was renewed', async () => {
    const world = new World()
    const options = { ...ONCE, wait: '95s', lease: '30s' } as const
    const work = new Work()
    const here = world.process().receipts.operation<string>(OPERATION, options)
    const there = world.process().receipts.operation<string>(OPERATION, options)
    follow(here.once(call(), work.handler))
    await world.pass(0)
    const second = follow(there.once(call(), work.handler))
    await world.pass(95_000)
    const { retryAfterMs } = second.error as StillInProgress
    expect(retryAfterMs).toBeGreaterThan(20_000)
    expect(retryAfterMs).toBeLessThanOrEqual(30_000)
  })

  test('is told to come back after as long as an attempt usually takes, where that is sooner', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, { ...ONCE, wait: 'reject' })
    const work = new Work()
    follow(operation.once(call('before'), work.handler))
    await world.pass(700)
    work.return('done')
    await world.pass(0)
    follow(operation.once(call(), work.handler))
    await world.pass(0)
    const second = follow(operation.once(call(), work.handler))
    await world.pass(0)
    expect(second.error).toMatchObject({ retryAfterMs: 700 })
  })

  test('stops waiting when its caller is gone', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    const gone = new AbortController()
    const first = follow(operation.once(call(), work.handler))
    await world.pass(0)
    const second = follow(operation.once(call('order 1', { signal: gone.signal }), work.handler))
    await world.pass(0)
    gone.abort(new Error('hung up'))
    await world.pass(0)
    expect(second.error).toMatchObject({ message: 'hung up' })
    work.return('paid')
    await world.pass(0)
    expect(first.value?.value).toBe('paid')
  })

  test('that is the last to wait leaves no subscription and no timer behind', async () => {
    const world = new World()
    const work = new Work()
    const here = world.process().receipts.operation<string>(OPERATION, ONCE)
    const elsewhere = world.process()
    const there = elsewhere.receipts.operation<string>(OPERATION, ONCE)
    const gone = new AbortController()
    follow(here.once(call(), work.handler))
    await world.pass(0)
    follow(there.once(call('order 1', { signal: gone.signal }), work.handler))
    await world.pass(1)
    expect(elsewhere.link.watches).toBe(1)
    gone.abort()
    await world.pass(0)
    expect(elsewhere.link.watches).toBe(0)
    expect(elsewhere.machine.timers).toBe(0)
  })
})

describe('callers of one key in one process', () => {
  test('make one claim and two reads for 64 of them, and one subscription, while another process runs', async () => {
    const world = new World()
    const work = new Work()
    const here = world.process().receipts.operation<string>(OPERATION, ONCE)
    const elsewhere = world.process()
    const there = elsewhere.receipts.operation<string>(OPERATION, ONCE)
    follow(here.once(call(), work.handler))
    await world.pass(0)
    const waiting = Array.from({ length: 64 }, () => follow(there.once(call(), work.handler)))
    await world.pass(1000)
    work.return('paid')
    await world.pass(0)
    expect(waiting.every(({ value }) => value?.value === 'paid')).toBe(true)
    expect(elsewhere.link.calls).toMatchObject({ claim: 1, read: 2 })
    expect(elsewhere.link.watchesEver).toBe(1)
    expect(elsewhere.link.watches).toBe(0)
  })

  test('make one claim, one settle and no read for 64 of them, where one of them runs', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const calls = Array.from({ length: 64 }, () => follow(operation.once(call(), () => 'paid')))
    await world.pass(0)
    expect(calls.every(({ value }) => value?.value === 'paid')).toBe(true)
    expect(calls.filter(({ value }) => value?.replayed === false)).toHaveLength(1)
    expect(process.link.calls).toMatchObject({ claim: 1, settle: 1, read: 0 })
  })

  test('claim once between them when the holder elsewhere dies', async () => {
    const world = new World()
    const options = { guarantee: 'at-least-once', lease: '3s' } as const
    const dying = world.process()
    const elsewhere = world.process()
    const lost = new Work()
    const work = new Work()
    follow(dying.receipts.operation<string>(OPERATION, options).once(call(), lost.handler))
    await world.pass(0)
    const there = elsewhere.receipts.operation<string>(OPERATION, options)
    const waiting = Array.from({ length: 64 }, () => follow(there.once(call(), work.handler)))
    await world.pass(500)
    dying.machine.crash()
    await world.pass(2600)
    expect(work.attempts).toHaveLength(1)
    expect(work.attempt).toMatchObject({ number: 2, predecessor: 'abandoned' })
    expect(elsewhere.link.calls.claim).toBe(2)
    work.return('paid')
    await world.pass(0)
    expect(waiting.every(({ value }) => value?.value === 'paid')).toBe(true)
  })

  test('do not share an effort where their requests differ', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(0)
    const other = follow(operation.once(call('order 1', { request: { amount: 2 } }), work.handler))
    await world.pass(0)
    expect(other.error).toMatchObject({ code: 'key_conflict' })
    expect(work.attempts).toHaveLength(1)
  })

  test('share one with their like, also while another request under the key has an effort of its own', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    follow(operation.once(call('order 1', { request: { amount: 2 } }), work.handler))
    for (let like = 0; like < 3; like += 1) follow(operation.once(call(), work.handler))
    await world.pass(0)
    expect(process.link.calls.claim).toBe(2)
    expect(work.attempts).toHaveLength(1)
  })
})

describe('the caps on waiters', () => {
  test.each(['the same process', 'another process'])(
    'let as many wait for a receipt as they say: %s',
    async (where) => {
      const world = new World()
      const options = { ...ONCE, maxWaitersPerReceipt: 3 } as const
      const work = new Work()
      const here = world.process().receipts.operation<string>(OPERATION, options)
      const there =
        where === 'the same process' ? here : world.process().receipts.operation<string>(OPERATION, options)
      follow(here.once(call(), work.handler))
      await world.pass(0)
      const waiting = Array.from({ length: 3 }, () => follow(there.once(call(), work.handler)))
      await world.pass(0)
      const beyond = follow(there.once(call(), work.handler))
      await world.pass(0)
      expect(waiting.some(({ ended }) => ended)).toBe(false)
      expect(beyond.error).toMatchObject({ code: 'still_in_progress', why: 'too_many_waiters' })
      work.return('paid')
      await world.pass(0)
      expect(waiting.every(({ value }) => value?.value === 'paid')).toBe(true)
    },
  )

  test('let as many wait in a process as they say, and take in another when one has gone', async () => {
    const world = new World()
    const process = world.process({ maxWaiters: 2 })
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const gone = new AbortController()
    const work = new Work()
    for (const key of ['a', 'b', 'c']) follow(operation.once(call(key), work.handler))
    await world.pass(0)
    const first = follow(operation.once(call('a', { signal: gone.signal }), work.handler))
    const second = follow(operation.once(call('b'), work.handler))
    const beyond = follow(operation.once(call('c'), work.handler))
    await world.pass(0)
    expect([first.ended, second.ended]).toEqual([false, false])
    expect(beyond.error).toMatchObject({ code: 'still_in_progress', why: 'too_many_waiters' })
    gone.abort()
    const another = follow(operation.once(call('c'), work.handler))
    await world.pass(0)
    expect(another.ended).toBe(false)
  })
})

describe('a refusal', () => {
  test('is the answer of all 200 who waited on it: one attempt', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    const calls: Followed<unknown>[] = []
    for (let n = 0; n <= 200; n += 1) calls.push(follow(operation.once(call(), work.handler)))
    await world.pass(0)
    work.attempt.notExecuted()
    const refused = new Error('429')
    work.throw(refused)
    await world.pass(0)
    expect(work.attempts).toHaveLength(1)
    expect(calls[0]?.error).toBe(refused)
    for (const { error } of calls.slice(1)) {
      expect(error).toBeInstanceOf(StoredFailure)
      expect(error).toMatchObject({ standing: 'released', retry: 'later', attempt: 1 })
    }
  })

  test('is the answer of those who waited on it in other processes too', async () => {
    const world = new World()
    const work = new Work()
    const here = world.process().receipts.operation<string>(OPERATION, ONCE)
    follow(here.once(call(), work.handler))
    await world.pass(0)
    const there = Array.from({ length: 3 }, () => world.process().receipts.operation<string>(OPERATION, ONCE))
    const waiting = there.map((operation) => follow(operation.once(call(), work.handler)))
    await world.pass(0)
    work.attempt.notExecuted()
    work.throw(new Error('429'))
    await world.pass(0)
    expect(work.attempts).toHaveLength(1)
    for (const { error } of waiting)
      expect(error).toMatchObject({ code: 'stored_failure', standing: 'released' })
  })

  test('is not the answer of who comes after it: that call runs', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(0)
    work.attempt.notExecuted()
    work.throw(new Error('429'))
    await world.pass(0)
    const later = follow(operation.once(call(), work.handler))
    await world.pass(0)
    expect(work.attempt).toMatchObject({ number: 2, predecessor: 'released' })
    work.return('paid')
    await world.pass(0)
    expect(later.value).toMatchObject({ value: 'paid', replayed: false, attempt: 2 })
  })
})

test('a handler that outlasts its lease for ever does not hold up the next call in its process', async () => {
  const world = new World()
  const options = { guarantee: 'at-least-once', lease: '3s', maxDuration: '9s', wait: '10s' } as const
  const operation = world.process().receipts.operation<string>(OPERATION, options)
  const endless = new Work()
  const work = new Work()
  const first = follow(operation.once(call(), endless.handler))
  await world.pass(8000)
  const waiting = follow(operation.once(call(), work.handler))
  await world.pass(5000)
  expect(work.attempt).toMatchObject({ number: 2, predecessor: 'abandoned' })
  work.return('paid')
  await world.pass(0)
  expect(waiting.value).toMatchObject({ value: 'paid', attempt: 2 })
  expect(first.ended).toBe(false)
  endless.return('too late')
  await world.pass(0)
  expect(first.value).toMatchObject({ value: 'paid', replayed: true, attempt: 2 })
  expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'succeeded', attempt: 2 })
})
