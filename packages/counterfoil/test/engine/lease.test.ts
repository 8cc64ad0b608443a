import { describe, expect, test } from 'vitest'
import { ClaimLost, type Found } from '../../src/index.ts'
import { call, follow, idOf, OPERATION, Work, World } from './world.ts'

const OPTIONS = { guarantee: 'at-least-once', lease: '3s', maxDuration: '10s', wait: '20s' } as const

describe('the lease of a running attempt', () => {
  test('is renewed each third of it, for as long as the handler runs and no longer', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(999)
    expect(process.link.calls.renew).toBe(0)
    await world.pass(1)
    expect(process.link.calls.renew).toBe(1)
    await world.pass(3000)
    expect(process.link.calls.renew).toBe(4)
    expect((await world.store.read(idOf())).receipt).toMatchObject({ leaseEndsAt: world.time.now + 3000 })
    work.return('paid')
    await world.pass(0)
    expect(process.machine.timers).toBe(0)
    await world.pass(5000)
    expect(process.link.calls.renew).toBe(4)
  })

  test('is renewed more often once a renewal has failed, and each failure is reported', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    process.fates.renew = [{ fault: 'request_lost' }, { fault: 'answer_lost' }]
    follow(operation.once(call(), work.handler))
    await world.pass(1700)
    expect(process.link.calls.renew).toBe(3)
    expect(process.told.filter((type) => type === 'renewal_failed')).toHaveLength(2)
    await world.pass(3000)
    expect(work.attempt.signal.aborted).toBe(false)
  })

  test('is over a tenth before it ends, for a handler whose renewals do not get through', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(0)
    process.always = { fault: 'request_lost' }
    await world.pass(2699)
    expect(work.attempt.signal.aborted).toBe(false)
    await world.pass(1)
    expect(work.attempt.signal.aborted).toBe(true)
    expect(work.attempt.signal.reason).toBeInstanceOf(ClaimLost)
  })

  test('is over in time where a renewal hangs', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    process.fates.renew = [{ sendMs: 60_000 }]
    follow(operation.once(call(), work.handler))
    await world.pass(2699)
    expect(work.attempt.signal.aborted).toBe(false)
    await world.pass(1)
    expect(work.attempt.signal.aborted).toBe(true)
  })

  test('is counted from before the claim was sent, not from its answer', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    process.fates.claim = [{ sendMs: 100, answerMs: 900 }]
    process.fates.renew = [{ sendMs: 60_000 }]
    follow(operation.once(call(), work.handler))
    await world.pass(2699)
    expect(work.attempt.signal.aborted).toBe(false)
    await world.pass(1)
    expect(work.attempt.signal.aborted).toBe(true)
  })

  test('is renewed no further than the maximum duration, at which the signal fires', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(9999)
    expect(work.attempt.signal.aborted).toBe(false)
    await world.pass(1)
    expect(work.attempt.signal.aborted).toBe(true)
    const renewals = process.link.calls.renew
    await world.pass(10_000)
    expect(process.link.calls.renew).toBe(renewals)
  })

  test('leaves a signal that is first asked for after it was lost already fired', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(10_001)
    expect(work.attempt.signal.aborted).toBe(true)
  })

  test('is given up as soon as a renewal says that it is another’s', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(500)
    await world.store.age(idOf(), 10_000)
    const other = new Work()
    follow(world.process().receipts.operation<string>(OPERATION, OPTIONS).once(call(), other.handler))
    await world.pass(0)
    expect(other.attempt.number).toBe(2)
    expect(work.attempt.signal.aborted).toBe(false)
    await world.pass(500)
    expect(work.attempt.signal.aborted).toBe(true)
  })

  test('of a machine that slept past it is known to be over when the handler is done', async () => {
    const world = new World()
    const sleeper = world.process()
    const operation = sleeper.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    const first = follow(operation.once(call(), work.handler))
    await world.pass(100)
    sleeper.machine.suspend()
    await world.pass(3000)
    const other = new Work()
    follow(world.process().receipts.operation<string>(OPERATION, OPTIONS).once(call(), other.handler))
    await world.pass(0)
    expect(other.attempt.number).toBe(2)
    sleeper.machine.resume()
    work.return('too late')
    await world.pass(100)
    expect(first.ended).toBe(false)
    other.return('paid')
    await world.pass(0)
    expect(first.value).toMatchObject({ value: 'paid', replayed: true, attempt: 2 })
    expect(sleeper.told).toContain('claim_lost')
  })
})

describe('a claim whose answer takes as long as its lease', () => {
  test('is sent again under its token before anything runs', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    process.fates.claim = [{ answerMs: 2700 }]
    follow(operation.once(call(), work.handler))
    await world.pass(2700)
    expect(work.attempts).toHaveLength(0)
    await world.pass(100)
    expect(process.link.calls.claim).toBe(2)
    expect(work.attempt.number).toBe(1)
    const { receipt, now } = await world.store.read(idOf())
    expect(receipt).toMatchObject({ leaseEndsAt: expect.any(Number) })
    expect((receipt as { leaseEndsAt: number }).leaseEndsAt).toBeGreaterThan(now + 2700)
  })

  test('is given back where each answer does, and the caller is told that nothing ran', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, OPTIONS)
    const work = new Work()
    process.fates.claim = Array.from({ length: 3 }, () => ({ answerMs: 2700 }))
    const first = follow(operation.once(call(), work.handler))
    await world.pass(9000)
    expect(first.error).toMatchObject({ code: 'store_unavailable' })
    expect(work.attempts).toHaveLength(0)
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'failed', retryable: true })
  })
})

test('a recovery that ends in the very moment in which its lease does runs nothing, and leaves no timer', async () => {
  const world = new World()
  const process = world.process()
  const options = {
    ...OPTIONS,
    wait: 'reject',
    recover: () =>
      new Promise<Found<string>>((resolve) =>
        world.time.after(3000, () => resolve({ found: 'did_not_happen' })),
      ),
  } as const
  const dying = world.process()
  follow(dying.receipts.operation<string>(OPERATION, options).once(call(), new Work().handler))
  await world.pass(0)
  dying.machine.crash()
  await world.pass(3001)
  const work = new Work()
  const retry = follow(process.receipts.operation<string>(OPERATION, options).once(call(), work.handler))
  await world.pass(0)
  process.always = { fault: 'request_lost' }
  process.machine.suspend()
  await world.pass(2700)
  process.machine.resume()
  await world.pass(300)
  expect(work.attempts).toHaveLength(0)
  expect(retry.error).toMatchObject({ code: 'still_in_progress' })
  expect(process.machine.timers).toBe(0)
})
