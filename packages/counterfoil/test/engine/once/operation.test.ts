import { describe, expect, it } from 'vitest'
import { OperationRedefined, OptionInvalid, StoreFull } from '../../../src/core/index.ts'
import { createReceipts, type Receipts } from '../../../src/engine/index.ts'
import { memoryStore } from '../../../src/stores/memory/index.ts'
import { gate } from './gate.ts'
import { call, id, receiptsOn } from './receipts.ts'

describe('a mistake in a call or in an option', () => {
  const receipts = (): Receipts => receiptsOn(memoryStore())
  const untyped = (value: unknown): never => value as never

  it.each([
    ['tll', { guarantee: 'at-most-once', tll: '1h' }],
    ['onFailure', { guarantee: 'at-least-once', onFailure: 'final' }],
    ['lease', { guarantee: 'at-most-once', lease: '20m', maxDuration: '10m' }],
  ])('is refused by the name of the option: %s', (option, options) => {
    expect(() => receipts().operation('op', untyped(options))).toThrow(`The option '${option}'`)
  })

  it('says what it got, and what it takes', () => {
    const wrong = (options: object) => () =>
      receipts().operation('op', untyped({ guarantee: 'at-most-once', ...options }))
    expect(wrong({ lease: '5 minutes' })).toThrow('it is "5 minutes"')
    expect(wrong({ wait: 'rejct' })).toThrow(`say 'reject', or write a number and a unit`)
    expect(() => createReceipts(untyped({ store: memoryStore(), onEvnt: () => undefined }))).toThrow(
      "'onEvnt'",
    )
  })

  it('costs no key: a call without a handler claims nothing', async () => {
    const operation = receipts().operation('op', { guarantee: 'at-most-once' })
    await expect(operation.once(call, untyped(undefined))).rejects.toBeInstanceOf(OptionInvalid)
    expect(await operation.once(call, () => 'ran')).toMatchObject({ value: 'ran', attempt: 1 })
  })
})

describe('an operation', () => {
  it('is itself when defined again with the same options, and an error with others', () => {
    const receipts = receiptsOn(memoryStore())
    const operation = receipts.operation('op', { guarantee: 'at-most-once', ttl: '24h' })
    expect(receipts.operation('op', { guarantee: 'at-most-once', ttl: '1440m' })).toBe(operation)
    expect(() => receipts.operation('op', { guarantee: 'at-most-once', ttl: '1h' })).toThrow(
      OperationRedefined,
    )
    expect(() =>
      receipts.operation('op', { guarantee: 'at-most-once', recover: () => ({ found: 'unknown' }) }),
    ).toThrow("'op' is already defined with another recover")
  })

  it('dedupes only while it runs where it says so, and must say so', async () => {
    const store = memoryStore()
    const receipts = receiptsOn(store)
    expect(() => receipts.operation('a', { guarantee: 'at-most-once', ttl: '5s' })).toThrow('inFlightOnly')
    const operation = receipts.operation('op', { guarantee: 'at-most-once', ttl: 'inFlightOnly', wait: '5s' })
    const holder = gate()
    const first = operation.once(call, holder.handler)
    await holder.begun
    const waiter = operation.once(call, () => 'not run')
    holder.open('one')
    expect([(await first).value, (await waiter).value]).toEqual(['one', 'one'])
    await store.age(id, 5_000)
    expect(await operation.once(call, () => 'two')).toMatchObject({ value: 'two', attempt: 1 })
  })

  it('keeps no key in clear where asked not to', async () => {
    const store = memoryStore()
    const receipts = receiptsOn(store, { hashKeys: true })
    await receipts.operation('op', { guarantee: 'at-most-once' }).once(call, () => 'done')
    expect((await store.read(id)).receipt).toMatchObject({ tenant: 'acme', key: null })
  })

  it('tells callers apart by their credentials where it is given them', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once' })
    await operation.once({ ...call, credentials: 'a' }, () => 'for a')
    await expect(operation.once({ ...call, credentials: 'b' }, () => 'not run')).rejects.toMatchObject({
      code: 'other_credentials',
    })
  })

  it('compares by the version that a receipt was fingerprinted with, and runs nothing where it does not know it', async () => {
    const store = memoryStore()
    const own = receiptsOn(store).operation('op', { guarantee: 'at-most-once', fingerprint: () => 'same' })
    await own.once(call, () => 'done')
    const builtIn = receiptsOn(store).operation('op', { guarantee: 'at-most-once' })
    await expect(builtIn.once(call, () => 'not run')).rejects.toMatchObject({ code: 'fingerprint_unknown' })
    const back = receiptsOn(store).operation('op', { guarantee: 'at-most-once', fingerprint: () => 'same' })
    expect(await back.once({ ...call, request: 'another' }, () => 'not run')).toMatchObject({ value: 'done' })
  })

  it('runs nothing in a store that is full', async () => {
    const operation = receiptsOn(memoryStore({ maxReceipts: 1 })).operation('op', {
      guarantee: 'at-most-once',
    })
    await operation.once(call, () => 'done')
    await expect(operation.once({ ...call, key: 'another' }, () => 'not run')).rejects.toBeInstanceOf(
      StoreFull,
    )
    expect(await operation.once(call, () => 'not run')).toMatchObject({ value: 'done' })
  })
})
