import { describe, expect, test } from 'vitest'
import {
  type OperationOptions,
  OperationRedefined,
  OptionInvalid,
  OutcomeExpired,
  type Receipts,
} from '../../src/index.ts'
import { call, follow, idOf, OPERATION, Work, World } from './world.ts'

const ONCE = { guarantee: 'at-most-once' } as const

describe('an operation', () => {
  test('is itself when defined again with the same options, however they are written', () => {
    const { receipts } = new World().process()
    const recover = () => ({ found: 'unknown' }) as const
    const first = receipts.operation<string>(OPERATION, { ...ONCE, ttl: '24h', ignore: ['/sentAt'], recover })
    const policies = { onFailure: 'final', onAbandoned: 'hold' } as const
    expect(
      receipts.operation<string>(OPERATION, { guarantee: policies, ttl: '1d', ignore: ['/sentAt'], recover }),
    ).toBe(first)
  })

  const others: readonly [string, Partial<OperationOptions>][] = [
    ['guarantee', { guarantee: 'at-least-once' }],
    ['ttl', { ttl: '1h', keyRetention: '24h' }],
    ['keyRetention', { keyRetention: '48h' }],
    ['lease', { lease: '31s' }],
    ['maxDuration', { maxDuration: '11m' }],
    ['wait', { wait: 'reject' }],
    ['maxWaitersPerReceipt', { maxWaitersPerReceipt: 1 }],
    ['maxOutcomeBytes', { maxOutcomeBytes: 1 }],
    ['ignore', { ignore: ['/sentAt'] }],
    ['fingerprint', { fingerprint: String }],
    ['codec', { codec: { encode: () => ({ form: 'nothing', bytes: new Uint8Array() }), decode: () => 1 } }],
    ['classify', { classify: () => 'succeeded' }],
    ['recover', { recover: () => ({ found: 'unknown' }) }],
    ['recoverAfter', { recoverAfter: '1s' }],
  ]
  test.each(others)('may not be defined again with another %s', (option, other) => {
    const { receipts } = new World().process()
    receipts.operation(OPERATION, ONCE)
    const again = () => receipts.operation(OPERATION, { ...ONCE, ...other })
    expect(again).toThrow(OperationRedefined)
    expect(again).toThrow(option)
  })

  const invalid: readonly [string, object][] = [
    ['guarantee', {}],
    ['guarantee', { guarantee: 'exactly-once' }],
    ['guarantee', { guarantee: 'toString' }],
    ['guarantee', { guarantee: { onFailure: 'final' } }],
    ['ttl', { ...ONCE, ttl: '1 hour' }],
    ['ttl', { ...ONCE, ttl: '0s' }],
    ['ttl', { ...ONCE, ttl: 1000 }],
    ['keyRetention', { ...ONCE, ttl: '2h', keyRetention: '1h' }],
    ['keyRetention', { ...ONCE, ttl: '10s', wait: '10s' }],
    ['keyRetention', { ...ONCE, ttl: 'inFlightOnly', keyRetention: '1h' }],
    ['lease', { ...ONCE, lease: '0s' }],
    ['maxDuration', { ...ONCE, maxDuration: '0s' }],
    ['wait', { ...ONCE, wait: 'forever' }],
    ['maxWaitersPerReceipt', { ...ONCE, maxWaitersPerReceipt: -1 }],
    ['maxOutcomeBytes', { ...ONCE, maxOutcomeBytes: 1.5 }],
    ['recoverEvery', { ...ONCE, recoverEvery: '1m' }],
  ]
  test.each(invalid)('is refused, naming the option %s: %j', (option, options) => {
    const { receipts } = new World().process()
    const define = () => receipts.operation(OPERATION, options as OperationOptions)
    expect(define).toThrow(OptionInvalid)
    expect(define).toThrow(`'${option}'`)
  })

  test.each([undefined, null, 'at-most-once'])('is refused without options: %s', (options) => {
    const { receipts } = new World().process()
    expect(() => receipts.operation(OPERATION, options as unknown as OperationOptions)).toThrow(OptionInvalid)
  })
})

describe('a request', () => {
  const again = async (
    options: OperationOptions<string>,
    requests: readonly [unknown, unknown],
  ): Promise<{ value?: unknown; error?: unknown }> => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, options)
    follow(operation.once(call('order 1', { request: requests[0] }), () => 'paid'))
    await world.pass(0)
    const retry = follow(operation.once(call('order 1', { request: requests[1] }), () => 'paid twice'))
    await world.pass(0)
    return retry.error === undefined ? { value: retry.value?.value } : { error: retry.error }
  }

  test('with another value under the same key is a conflict, and nothing runs', async () => {
    expect(await again(ONCE, [{ a: 1 }, { a: 2 }])).toMatchObject({
      error: { code: 'key_conflict', retry: 'fix' },
    })
  })

  test('is the same whatever the order of its members', async () => {
    expect(
      await again(ONCE, [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ]),
    ).toEqual({ value: 'paid' })
  })

  test('is the same whatever stands in the members that are left out', async () => {
    const options = { ...ONCE, ignore: ['/sentAt'] }
    expect(
      await again(options, [
        { a: 1, sentAt: 1 },
        { a: 1, sentAt: 2 },
      ]),
    ).toEqual({ value: 'paid' })
  })

  test('is compared by the operation’s own function, where it has one', async () => {
    const options: OperationOptions<string> = {
      ...ONCE,
      fingerprint: (request) => String((request as { a: number }).a % 10),
    }
    expect(await again(options, [{ a: 1 }, { a: 11 }])).toEqual({ value: 'paid' })
    expect(await again(options, [{ a: 1 }, { a: 12 }])).toMatchObject({ error: { code: 'key_conflict' } })
  })

  test('that can not be seen whole is refused before anything is claimed', async () => {
    const world = new World()
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    for (const request of [undefined, new Map(), () => 1]) {
      await expect(operation.once(call('order 1', { request }), () => 'paid')).rejects.toMatchObject({
        code: expect.stringContaining('unfingerprintable'),
      })
    }
    expect(process.link.calls.claim).toBe(0)
  })

  test.each([
    ['', 'key_invalid'],
    ['a\nb', 'key_invalid'],
    ['k'.repeat(256), 'key_invalid'],
    [undefined, 'key_invalid'],
  ])('with the key %j is refused before anything is claimed', async (key, code) => {
    const process = new World().process()
    const operation = process.receipts.operation<string>(OPERATION, ONCE)
    await expect(operation.once({ ...call(), key: key as string }, () => 'paid')).rejects.toMatchObject({
      code,
    })
    await expect(operation.once({ ...call(), tenant: key as string }, () => 'paid')).rejects.toMatchObject({
      code: 'scope_invalid',
    })
    expect(process.link.calls.claim).toBe(0)
  })

  test('meets neither another tenant’s nor another operation’s receipt of the same key', async () => {
    const world = new World()
    const { receipts } = world.process()
    const operations = [OPERATION, 'refund'].map((name) => receipts.operation<string>(name, ONCE))
    const work = new Work()
    for (const tenant of ['acme', 'globex']) {
      for (const operation of operations) follow(operation.once({ ...call(), tenant }, work.handler))
    }
    await world.pass(0)
    expect(work.attempts).toHaveLength(4)
  })
})

describe('a receipt fingerprinted by another version', () => {
  /** A receipt that this operation's call meets, made under a fingerprint function of its own: version 0. */
  async function madeByOwnFunction(
    world: World,
    fingerprint: (request: unknown) => string,
  ): Promise<Receipts> {
    const operation = world.process().receipts.operation<string>(OPERATION, { ...ONCE, fingerprint })
    follow(operation.once(call(), () => 'paid'))
    await world.pass(0)
    return world.process().receipts
  }

  test('by a built-in one is compared by that one, by an operation that has its own function now', async () => {
    const world = new World()
    follow(
      world
        .process()
        .receipts.operation<string>(OPERATION, ONCE)
        .once(call(), () => 'paid'),
    )
    await world.pass(0)
    const process = world.process()
    const operation = process.receipts.operation<string>(OPERATION, { ...ONCE, fingerprint: () => 'same' })
    const same = follow(operation.once(call(), () => 'paid twice'))
    await world.pass(0)
    expect(same.value).toMatchObject({ value: 'paid', replayed: true })
    const other = follow(operation.once(call('order 1', { request: { amount: 2 } }), () => 'paid twice'))
    await world.pass(0)
    expect(other.error).toMatchObject({ code: 'key_conflict' })
  })

  test('that this operation can’t compute runs nothing, and says so', async () => {
    const world = new World()
    const receipts = await madeByOwnFunction(world, () => 'same')
    const work = new Work()
    const retry = follow(receipts.operation<string>(OPERATION, ONCE).once(call(), work.handler))
    await world.pass(0)
    expect(retry.error).toMatchObject({ code: 'fingerprint_unknown' })
    expect(work.attempts).toHaveLength(0)
  })
})

describe('credentials', () => {
  test('tell callers apart where they are given: another’s outcome is neither replayed nor run again', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    follow(operation.once(call('order 1', { credentials: 'alice' }), () => 'alice’s'))
    await world.pass(0)
    const work = new Work()
    for (const credentials of ['bob', undefined]) {
      const other = follow(
        operation.once(call('order 1', credentials === undefined ? {} : { credentials }), work.handler),
      )
      await world.pass(0)
      expect(other.error).toMatchObject({ code: 'other_credentials' })
    }
    const alice = follow(operation.once(call('order 1', { credentials: 'alice' }), work.handler))
    await world.pass(0)
    expect(alice.value).toMatchObject({ value: 'alice’s', replayed: true })
    expect(work.attempts).toHaveLength(0)
  })

  test('keep a caller out of the wait for another’s attempt, too', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, ONCE)
    const work = new Work()
    follow(operation.once(call('order 1', { credentials: 'alice' }), work.handler))
    await world.pass(0)
    const bob = follow(operation.once(call('order 1', { credentials: 'bob' }), work.handler))
    await world.pass(0)
    expect(bob.error).toMatchObject({ code: 'other_credentials' })
  })
})

describe('how long', () => {
  test('an outcome is replayed for its ttl; then the key is remembered, and runs nothing', async () => {
    const world = new World()
    const operation = world
      .process()
      .receipts.operation<string>(OPERATION, { ...ONCE, ttl: '1h', keyRetention: '2h' })
    const once = (): ReturnType<typeof follow> => follow(operation.once(call(), () => 'paid'))
    once()
    await world.pass(3_599_999)
    const last = once()
    await world.pass(1)
    expect(last.value).toMatchObject({ replayed: true })
    const expired = once()
    await world.pass(3_599_999)
    expect(expired.error).toBeInstanceOf(OutcomeExpired)
    await world.pass(1)
    const again = once()
    await world.pass(0)
    expect(again.value).toMatchObject({ replayed: false, attempt: 1 })
  })

  test('inFlightOnly dedupes those who wait, and no longer', async () => {
    const world = new World()
    const operation = world
      .process()
      .receipts.operation<string>(OPERATION, { ...ONCE, ttl: 'inFlightOnly', wait: '5s' })
    const work = new Work()
    const first = follow(operation.once(call(), work.handler))
    await world.pass(4000)
    const waiting = follow(operation.once(call(), work.handler))
    work.return('one')
    await world.pass(5000)
    expect([first.value?.value, waiting.value?.value]).toEqual(['one', 'one'])
    const later = follow(operation.once(call(), work.handler))
    await world.pass(0)
    work.return('two')
    await world.pass(0)
    expect(later.value).toMatchObject({ value: 'two', replayed: false })
  })
})

test('hashKeys keeps no key in clear, and deduplicates all the same', async () => {
  const world = new World()
  const operation = world.process({ hashKeys: true }).receipts.operation<string>(OPERATION, ONCE)
  follow(operation.once(call(), () => 'paid'))
  await world.pass(0)
  expect((await world.store.read(idOf())).receipt?.key).toBeNull()
  const retry = follow(operation.once(call(), () => 'paid twice'))
  await world.pass(0)
  expect(retry.value).toMatchObject({ value: 'paid', replayed: true })
})
