import { expectTypeOf, it } from 'vitest'
import { createReceipts, type OnceResult } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'

// Checked by `npm run types`: each line marked must not compile.

const receipts = createReceipts({ store: memoryStore() })
const charge = receipts.operation('charge', { guarantee: 'at-most-once' })

it('makes an operation name its guarantee', () => {
  // @ts-expect-error there is no default
  receipts.operation('a', {})
  // @ts-expect-error nor without any options
  receipts.operation('b')
  // @ts-expect-error no guarantee of that name
  receipts.operation('c', { guarantee: 'exactly-once' })
  // @ts-expect-error one policy of two
  receipts.operation('d', { guarantee: { onFailure: 'final' } })
  receipts.operation('e', { guarantee: { onFailure: 'final', onAbandoned: 'rerun' } })
})

it('makes a call name its tenant, its key and its request', () => {
  // @ts-expect-error no tenant: there is no silent default
  charge.once({ key: 'k', request: 1 }, () => 1)
  // @ts-expect-error no key
  charge.once({ tenant: 't', request: 1 }, () => 1)
  // @ts-expect-error no request: what the key stands for
  charge.once({ tenant: 't', key: 'k' }, () => 1)
  // @ts-expect-error no handler
  charge.once({ tenant: 't', key: 'k', request: 1 })
})

it('makes a duration name its unit', () => {
  receipts.operation('f', { guarantee: 'at-most-once', ttl: '24h', lease: '1.5s', wait: 'reject' })
  // @ts-expect-error 30 of what?
  receipts.operation('g', { guarantee: 'at-most-once', lease: 30 })
  // @ts-expect-error no such unit
  receipts.operation('h', { guarantee: 'at-most-once', ttl: '5 minutes' })
})

it('gives back what the handler returns, and holds it to what recover finds', () => {
  expectTypeOf(
    charge.once({ tenant: 't', key: 'k', request: 1 }, async () => ({ id: 'ch_1' })),
  ).toEqualTypeOf<Promise<OnceResult<{ id: string }>>>()
  const recovering = receipts.operation('i', {
    guarantee: 'at-most-once',
    recover: () => ({ found: 'happened', value: { id: 'ch_1' } }),
  })
  recovering.once({ tenant: 't', key: 'k', request: 1 }, () => ({ id: 'ch_2' }))
  // @ts-expect-error recover would give back something else
  recovering.once({ tenant: 't', key: 'k', request: 1 }, () => 7)
})

it('lets a recovery say nothing but what it can know', () => {
  receipts.operation('j', {
    guarantee: 'at-most-once',
    // @ts-expect-error it happened, and what came of it?
    recover: () => ({ found: 'happened' }),
  })
  // @ts-expect-error a kept request comes with a way to run it again
  receipts.operation('k', { guarantee: 'at-least-once', keepRequest: true })
})
