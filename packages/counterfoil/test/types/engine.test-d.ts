/*
 * What must not compile. This file is never run: `tsc` fails it where an expected error doesn't come, and where one
 * comes that isn't expected.
 */
import type {
  Attempt,
  Found,
  GivenResponse,
  KeptRequest,
  OnceResult,
  Operation,
  OperationOptions,
  Receipts,
  Running,
} from '../../src/index.ts'

declare const receipts: Receipts
declare const call: { tenant: string; key: string; request: unknown }
declare function charge(attempt: Attempt): Promise<{ id: string }>

const operation: Operation<{ id: string }> = receipts.operation<{ id: string }>('charge', {
  guarantee: 'at-most-once',
})

export const result: Promise<OnceResult<{ id: string }>> = operation.once(call, charge)
export const policies: Operation = receipts.operation('a', {
  guarantee: { onFailure: 'final', onAbandoned: 'rerun' },
})

// Over HTTP: a rerun may name the type of its request, and a recovery answer with a response.
export const faced: Operation<GivenResponse> = receipts.operation('a', {
  guarantee: 'at-least-once',
  keepRequest: { rerun: ({ body }: KeptRequest): GivenResponse => ({ status: 201, body }) },
  recover: () => ({ found: 'happened', response: { status: 201 } }),
})

// The guarantee is chosen, never implied.
// @ts-expect-error no options
receipts.operation('a')
// @ts-expect-error no guarantee
receipts.operation('a', {})
// @ts-expect-error no guarantee among the options
receipts.operation('a', { ttl: '24h' })
// @ts-expect-error nobody can promise that
receipts.operation('a', { guarantee: 'exactly-once' })
// @ts-expect-error one policy of two
receipts.operation('a', { guarantee: { onFailure: 'final' } })
// @ts-expect-error no such policy
receipts.operation('a', { guarantee: { onFailure: 'final', onAbandoned: 'retry' } })
// @ts-expect-error maybe a guarantee
receipts.operation('a', { guarantee: undefined })

// A call says whose it is, which it is, and what is asked for.
// @ts-expect-error no tenant
operation.once({ key: 'k', request: 1 }, charge)
// @ts-expect-error no key
operation.once({ tenant: 't', request: 1 }, charge)
// @ts-expect-error no request
operation.once({ tenant: 't', key: 'k' }, charge)
// @ts-expect-error a number is no key
operation.once({ tenant: 't', key: 1, request: 1 }, charge)
// @ts-expect-error maybe a tenant
operation.once({ tenant: undefined as string | undefined, key: 'k', request: 1 }, charge)
// @ts-expect-error no handler
operation.once(call)

// Durations carry their unit.
const options = { guarantee: 'at-most-once' } as const
// @ts-expect-error milliseconds, or seconds?
receipts.operation('a', { ...options, ttl: 86_400 })
// @ts-expect-error no unit
receipts.operation('a', { ...options, ttl: '24' })
// @ts-expect-error no such unit
receipts.operation('a', { ...options, lease: '1 hour' })
// @ts-expect-error not a time to wait
receipts.operation('a', { ...options, wait: 'never' })
// @ts-expect-error only the ttl may be this
receipts.operation('a', { ...options, keyRetention: 'inFlightOnly' })

// No switches where a word says what is meant.
// @ts-expect-error 'reject', or for how long
receipts.operation('a', { ...options, wait: false })
// @ts-expect-error with what to run again
receipts.operation('a', { ...options, keepRequest: true })
// @ts-expect-error by what means
receipts.operation('a', { ...options, recover: true })
// @ts-expect-error a verdict, not whether
receipts.operation('a', { ...options, classify: () => true })
// @ts-expect-error no such verdict
receipts.operation('a', { ...options, classify: () => 'ok' })
// @ts-expect-error what was found, not whether
receipts.operation('a', { ...options, recover: () => true })
// @ts-expect-error an outcome that happened has a value
receipts.operation<string>('a', { ...options, recover: () => ({ found: 'happened' }) })
// @ts-expect-error no such option
receipts.operation('a', { ...options, retries: 3 })

// What a recovery finds is what a call would have come to.
type Payment = { readonly id: string }
export const recovers: OperationOptions<Payment> = {
  ...options,
  recover: async (receipt: Running, attempt: Attempt): Promise<Found<Payment>> => ({
    found: 'happened',
    value: { id: attempt.keyFor(receipt.operation) },
  }),
}
// @ts-expect-error a recovery with another kind of value
receipts.operation<Payment>('a', { ...options, recover: () => ({ found: 'happened', value: 42 }) })
// @ts-expect-error a re-run with another kind of value
receipts.operation<Payment>('a', { ...options, keepRequest: { rerun: () => 42 } })
// @ts-expect-error a handler with another kind of value
operation.once(call, () => 42)
// @ts-expect-error a kept request may be anything
receipts.operation<Payment>('a', { ...options, keepRequest: { rerun: (request) => ({ id: request.id }) } })

// A handler is not told of a claim that it doesn't hold.
declare const attempt: Attempt
// @ts-expect-error read-only
attempt.number = 2
// @ts-expect-error no such step name
attempt.keyFor(1)
