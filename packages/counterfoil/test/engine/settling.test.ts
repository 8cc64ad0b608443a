import { describe, expect, test } from 'vitest'
import {
  ClaimLost,
  type EncodedValue,
  jsonCodec,
  OutcomeNotKept,
  StoredFailure,
  StoreUnavailable,
} from '../../src/index.ts'
import { call, follow, idOf, OPERATION, Work, World } from './world.ts'

const ONCE = { guarantee: 'at-most-once', lease: '3s' } as const
const AGAIN = { guarantee: 'at-least-once', lease: '3s' } as const

describe('a settle', () => {
  test('comes before the caller has its outcome', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    process.fates.settle = [{ sendMs: 100, answerMs: 100 }]
    const first = follow(operation.once(call(), () => 'paid'))
    await world.pass(199)
    expect(first.ended).toBe(false)
    await world.pass(1)
    expect(first.value?.receipt).toBe('settled')
  })

  test('whose answer is lost is sent again, and is one settle', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    process.fates.settle = [{ fault: 'answer_lost' }, { fault: 'request_lost' }]
    const first = follow(operation.once(call(), () => 'paid'))
    await world.pass(200)
    expect(first.value).toMatchObject({ value: 'paid', receipt: 'settled' })
    expect(process.told.filter((type) => type === 'settled')).toHaveLength(1)
  })

  test('that the store would not take before the lease ended is reported, and made up for later', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    const first = follow(operation.once(call(), work.handler))
    await world.pass(0)
    process.always = { fault: 'request_lost' }
    work.return('paid')
    await world.pass(2000)
    expect(first.ended).toBe(false)
    expect(process.link.calls.settle).toBeGreaterThan(3)
    await world.pass(1000)
    expect(first.value).toMatchObject({ value: 'paid', replayed: false, receipt: 'unsettled' })
    expect(process.events.at(-1)).toMatchObject({
      type: 'unsettled',
      attempt: 1,
      error: expect.any(StoreUnavailable),
    })
    process.always = {}
    await world.pass(10_000)
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'succeeded' })
    expect(process.told.at(-1)).toBe('settled')
    const retry = follow(operation.once(call(), work.handler))
    await world.pass(0)
    expect(retry.value).toMatchObject({ value: 'paid', replayed: true, receipt: 'settled' })
  })

  test('that hangs holds its caller no longer than the lease', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    process.fates.settle = [{ sendMs: 60_000 }]
    const first = follow(operation.once(call(), () => 'paid'))
    await world.pass(3100)
    expect(first.value).toMatchObject({ value: 'paid', receipt: 'unsettled' })
  })

  test('that comes after the lease, but before anybody took over, is good', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    const first = follow(operation.once(call(), work.handler))
    await world.pass(0)
    process.fates.renew = Array.from({ length: 20 }, () => ({ fault: 'request_lost' as const }))
    await world.pass(5000)
    expect(work.attempt.signal.aborted).toBe(true)
    work.return('paid')
    await world.pass(0)
    expect(first.value).toMatchObject({ value: 'paid', replayed: false, receipt: 'settled' })
  })

  test('of an attempt that was overtaken changes nothing: its caller waits for the winner’s outcome', async () => {
    const world = new World()
    const here = world.process()
    const operation = here.receipts.operation<string>(OPERATION, { ...AGAIN, wait: 'reject' })
    const zombie = new Work()
    const winner = new Work()
    const first = follow(operation.once(call(), zombie.handler))
    await world.pass(0)
    await world.store.age(idOf(), 10_000)
    follow(world.process().receipts.operation<string>(OPERATION, AGAIN).once(call(), winner.handler))
    await world.pass(0)
    zombie.return('too late')
    await world.pass(900)
    expect(first.ended).toBe(false)
    winner.return('paid')
    await world.pass(0)
    expect(first.value).toMatchObject({ value: 'paid', replayed: true, attempt: 2 })
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'succeeded', attempt: 2 })
    expect(zombie.attempts).toHaveLength(1)
  })

  test('of an attempt that was overtaken ends in ClaimLost where the winner has no outcome in time', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, { ...AGAIN, wait: '2s' })
    const zombie = new Work()
    const winner = new Work()
    const first = follow(operation.once(call(), zombie.handler))
    await world.pass(0)
    await world.store.age(idOf(), 10_000)
    follow(world.process().receipts.operation<string>(OPERATION, AGAIN).once(call(), winner.handler))
    await world.pass(0)
    zombie.return('too late')
    await world.pass(2000)
    expect(first.error).toBeInstanceOf(ClaimLost)
    expect(first.error).toMatchObject({ attempt: 1 })
    expect(zombie.attempts).toHaveLength(1)
  })

  test('of an attempt whose receipt an operator has released ends in ClaimLost, and nothing runs again', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    const zombie = new Work()
    const first = follow(operation.once(call(), zombie.handler))
    await world.pass(0)
    await world.store.age(idOf(), 10_000)
    const { receipt } = await world.store.read(idOf())
    if (!receipt) throw new Error('no receipt')
    await world.store.changeByHand(receipt, { by: 'me', note: null, token: 'new', do: 'release' })
    zombie.return('too late')
    await world.pass(0)
    expect(first.error).toBeInstanceOf(ClaimLost)
    expect(zombie.attempts).toHaveLength(1)
  })
})

describe('an outcome', () => {
  test('comes to the first caller as the decoded copy that a retry gets', async () => {
    const world = new World()
    const operation = world.process().receipts.operation(OPERATION, ONCE)
    const made = { at: new Date(0), nothing: undefined }
    const first = follow(operation.once(call(), () => made))
    await world.pass(0)
    expect(first.value?.value).toEqual({ at: '1970-01-01T00:00:00.000Z' })
    expect(first.value?.value).not.toBe(made)
  })

  test.each([
    ['nothing', undefined],
    ['text', 'paid'],
    ['null', null],
    ['bytes', Uint8Array.of(0, 255)],
  ])('may be %s', async (_, value) => {
    const world = new World()
    const operation = world.process().receipts.operation(OPERATION, ONCE)
    const first = follow(operation.once(call(), () => value))
    await world.pass(0)
    const retry = follow(operation.once(call(), () => 'another'))
    await world.pass(0)
    expect(first.value?.value).toEqual(value)
    expect(retry.value).toEqual({ ...first.value, replayed: true })
  })

  test('goes through the operation’s own codec', async () => {
    const world = new World()
    const codec = {
      encode: (value: unknown): EncodedValue => ({
        form: 'bytes',
        bytes: new TextEncoder().encode(`<${value}>`),
      }),
      decode: ({ bytes }: EncodedValue) => new TextDecoder().decode(bytes),
    }
    const operation = world.process().receipts.operation(OPERATION, { ...ONCE, codec })
    const first = follow(operation.once(call(), () => 'paid'))
    await world.pass(0)
    expect(first.value?.value).toBe('<paid>')
  })

  const unkeepable: readonly [string, () => unknown, object][] = [
    ['unencodable', () => 1n, {}],
    ['too_large', () => 'x'.repeat(100), { maxOutcomeBytes: 50 }],
    [
      'unencodable',
      () => 'x',
      { codec: { ...jsonCodec, encode: () => ({ form: 'json', bytes: 'not bytes' }) } },
    ],
  ]
  test.each(unkeepable)(
    'that is %s reaches its caller, is settled as not kept and never runs again',
    async (why, make, options) => {
      const world = new World()
      const process = world.process()
      const operation = process.receipts.operation(OPERATION, { ...AGAIN, ...options })
      const first = follow(operation.once(call(), make))
      await world.pass(0)
      expect(first.value).toMatchObject({ value: make(), receipt: 'not_kept', replayed: false })
      const work = new Work()
      const retry = follow(operation.once(call(), work.handler))
      await world.pass(0)
      expect(retry.error).toBeInstanceOf(OutcomeNotKept)
      expect(retry.error).toMatchObject({ why, retry: 'never' })
      expect(work.attempts).toHaveLength(0)
      expect(process.told).toContain('outcome_not_kept')
    },
  )

  test('of just as many bytes as may be is kept', async () => {
    const world = new World()
    const operation = world.process().receipts.operation(OPERATION, { ...ONCE, maxOutcomeBytes: 3 + 102 })
    const first = follow(operation.once(call(), () => 'x'.repeat(100)))
    await world.pass(0)
    const retry = follow(operation.once(call(), () => 'another'))
    await world.pass(0)
    expect(retry.value?.value).toBe(first.value?.value)
  })

  test('that is a failure stays one, however small the limit', async () => {
    const world = new World()
    const operation = world.process().receipts.operation(OPERATION, { ...ONCE, maxOutcomeBytes: 5 })
    follow(
      operation.once(call(), () => {
        throw new Error('declined')
      }),
    )
    await world.pass(0)
    const retry = follow(operation.once(call(), () => 'another'))
    await world.pass(0)
    expect(retry.error).toBeInstanceOf(StoredFailure)
    expect(retry.error).toMatchObject({ standing: 'final', failure: { message: 'declined' } })
  })
})
