import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { idempotent } from '../../src/http/fetch.ts'
import {
  createReceipts,
  type GivenResponse,
  type KeptRequest,
  type Operation,
  type OperationOptions,
  placeOf,
  type ReceiptStore,
} from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import type { HttpTerms } from '../../src/testing/index.ts'
import { answering } from './answering.ts'
import type { FaceName } from './declared.ts'
import { servers } from './faces.ts'
import { ask, json, kept, type Received, type Sent } from './raw-client.ts'

const charged: GivenResponse = {
  status: 201,
  headers: [
    ['Content-Type', 'application/json'],
    ['X-oDD', 'a'],
    ['X-oDD', 'b'],
  ],
  body: '{"charge":"ch_1"}',
}

describe.each(Object.keys(servers) as FaceName[])('recover, over %s', (face) => {
  it('that says it happened answers a retry with that response, marked, and with its bytes ever after', async () => {
    const { ask, runs, errors } = await inDoubt(
      { recover: () => ({ found: 'happened', response: charged }) },
      face,
    )
    const found = await ask(json('a', {}))
    const later = await ask(json('a', {}))
    for (const answer of [found, later]) {
      expect(answer.status).toBe(201)
      expect(answer.field('content-type')).toBe('application/json')
      const odd = answer.lines.filter(([name]) => name.toLowerCase() === 'x-odd').map(([, value]) => value)
      expect(odd.join(', ')).toBe('a, b')
      expect(answer.field('idempotent-replayed')).toBe('true')
      expect(answer.body.toString()).toBe(charged.body)
    }
    expect(kept(later)).toEqual(kept(found))
    expect([runs(), errors]).toEqual([1, []])
  })

  it('that says it did not happen lets the handler run for the caller who is there', async () => {
    const { ask, runs } = await inDoubt({ recover: () => ({ found: 'did_not_happen' }) }, face)
    const own = await ask(json('a', {}))
    expect([own.status, own.body.toString()]).toEqual([201, 'attempt 2'])
    expect(own.field('idempotent-replayed')).toBeUndefined()
    const retry = await ask(json('a', {}))
    expect(retry.body.toString()).toBe('attempt 2')
    expect(runs()).toBe(2)
  })

  it('that still does not know: 409, with a true Retry-After, and nothing runs', async () => {
    const { ask, runs } = await inDoubt({ recover: () => ({ found: 'unknown' }) }, face)
    const told = await ask(json('a', {}))
    expect(told.status).toBe(409)
    expect(told.json()).toMatchObject({ retry: 'later', error: { type: 'outcome-unknown' } })
    expect(Number(told.field('retry-after'))).toBeGreaterThanOrEqual(3)
    expect(runs()).toBe(1)
  })
})

describe('recover, over HTTP', () => {
  it.each([
    ['a value is JSON', { id: 'ch_1' }, 200, 'application/json', '{"id":"ch_1"}'],
    ['bytes are bytes', Buffer.from('abc'), 200, 'application/octet-stream', 'abc'],
    ['nothing has no body', undefined, 204, undefined, ''],
  ])('%s', async (_what, value, status, type, body) => {
    const { ask } = await inDoubt({ recover: () => ({ found: 'happened', value }) })
    const found = await ask(json('a', {}))
    expect([found.status, found.field('content-type'), found.body.toString()]).toEqual([status, type, body])
    expect(found.field('idempotent-replayed')).toBe('true')
  })

  it('a refusal that happened is a failure for good, with its response', async () => {
    const store = memoryStore()
    const { ask } = await inDoubt(
      { recover: () => ({ found: 'happened', response: { status: 402 } }) },
      undefined,
      { store },
    )
    expect((await ask(json('a', {}))).status).toBe(402)
    expect((await onlyReceipt(store)).receipt).toMatchObject({ state: 'failed', retryable: false })
    expect((await ask(json('a', {}))).status).toBe(402)
  })

  it.each([
    ['no status', {}],
    ['a status that cannot be sent', { status: 101 }],
    ['a field that cannot be sent', { status: 200, headers: [['X', 'a\r\nSet-Cookie: b']] }],
    ['a body that is none', { status: 200, body: { id: 1 } }],
  ])('a response with %s is no answer: the outcome stays unknown', async (_what, response) => {
    const { ask, runs } = await inDoubt({
      recover: () => ({ found: 'happened', response: response as GivenResponse }),
    })
    expect((await ask(json('a', {}))).json()).toMatchObject({ error: { type: 'outcome-unknown' } })
    expect(runs()).toBe(1)
  })

  it('with nobody there, recoverAbandoned stores the response that the next retry gets', async () => {
    const { ask, runs, operation } = await inDoubt({
      recover: () => ({ found: 'happened', response: charged }),
    })
    expect(await operation.recoverAbandoned()).toEqual({ ended: 1, held: 0, skipped: 0 })
    const retry = await ask(json('a', {}))
    expect([retry.status, retry.body.toString()]).toEqual([201, charged.body])
    expect(runs()).toBe(1)
  })

  it('asks whether the caller may see what was found', async () => {
    const { ask } = await inDoubt({ recover: () => ({ found: 'happened', response: charged }) }, undefined, {
      mayReplay: 'with_x_may',
    })
    expect((await ask(json('a', {}))).status).toBe(403)
    expect((await ask(json('a', {}, { headers: [['X-May', 'yes']] }))).status).toBe(201)
  })

  it('answers with what was found also where the store does not take it', async () => {
    const store = memoryStore()
    let broken = false
    const breaking: ReceiptStore = new Proxy(store, {
      get(of, name) {
        if (name === 'settle' && broken) return () => Promise.reject(new Error('away'))
        const member: unknown = Reflect.get(of, name)
        return typeof member === 'function' ? member.bind(of) : member
      },
    })
    const { ask } = await inDoubt(
      {
        lease: '200ms',
        recover: () => {
          broken = true
          return { found: 'happened', response: charged }
        },
      },
      undefined,
      { store: breaking },
    )
    const found = await ask(json('a', {}))
    expect([found.status, found.field('idempotent-replayed')]).toEqual([201, 'true'])
    broken = false
  })
})

describe('a kept request', () => {
  const rerun = { guarantee: 'at-least-once' } as const

  it.each(['node:http', 'Express 5', 'Express 4', 'fetch', 'Hono'] as const)(
    'over %s is run again with nobody there, as it came, and the next retry gets its outcome',
    async (face) => {
      const seen: unknown[] = []
      const { ask, runs, operation } = await inDoubt(
        {
          ...rerun,
          keepRequest: {
            rerun({ method, target, headers, body }: KeptRequest, attempt) {
              const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
              seen.push([method, target, type, Buffer.from(body).toString(), attempt.number])
              return { ...charged, headers: [...(charged.headers ?? []), ['Set-Cookie', 'a=b']] }
            },
          },
        },
        face,
        { first: json('a', '{ "amount": 5 }', { path: '/charges?x=%20' }) },
      )
      expect(await operation.recoverAbandoned()).toEqual({ ended: 1, held: 0, skipped: 0 })
      expect(seen).toEqual([['POST', '/charges?x=%20', 'application/json', '{ "amount": 5 }', 2]])
      const retry = await ask(json('a', '{"amount":5}', { path: '/charges?x=%20' }))
      expect([retry.status, retry.body.toString()]).toEqual([201, charged.body])
      expect(retry.field('idempotent-replayed')).toBe('true')
      expect(retry.field('set-cookie')).toBeUndefined()
      expect(runs()).toBe(1)
    },
  )

  it.each(['node:http', 'fetch', 'Hono'] as const)(
    'over %s is kept compressed as it came, and gone once there is an outcome',
    async (face) => {
      const store = memoryStore()
      const compressed = gzipSync('{"amount":5}')
      let body: Uint8Array | undefined
      const { operation } = await inDoubt(
        {
          ...rerun,
          keepRequest: {
            rerun(request: KeptRequest) {
              body = request.body
              return { status: 200 }
            },
          },
        },
        face,
        {
          store,
          first: {
            headers: [
              ['Idempotency-Key', 'a'],
              ['Content-Encoding', 'gzip'],
              ['Content-Type', 'application/json'],
            ],
            body: compressed,
          },
        },
      )
      expect((await onlyReceipt(store)).receipt?.request).not.toBeNull()
      await operation.recoverAbandoned()
      expect(body && Buffer.from(body).equals(compressed)).toBe(true)
      expect((await onlyReceipt(store)).receipt?.request).toBeNull()
    },
  )

  it('that fails again, or is refused, is tried again after a pause, and its caller may retry at any time', async () => {
    const store = memoryStore()
    const answers: (GivenResponse | Error)[] = [{ status: 500 }, { status: 429 }, new Error('broken')]
    const { ask, operation, errors } = await inDoubt(
      {
        ...rerun,
        keepRequest: {
          rerun() {
            const next = answers.shift()
            if (next instanceof Error) throw next
            return next ?? { status: 200 }
          },
        },
      },
      undefined,
      { store },
    )
    for (let left = answers.length - 1; left >= 0; left -= 1) {
      expect(await operation.recoverAbandoned()).toEqual({ ended: 0, held: 1, skipped: 0 })
      expect(answers).toHaveLength(left)
      // It backs off: nothing is found, and nothing runs.
      expect(await operation.recoverAbandoned()).toEqual({ ended: 0, held: 0, skipped: 0 })
      const { receipt, now } = await onlyReceipt(store)
      expect(placeOf(receipt, now)).toBe('abandoned')
      await store.age(String(receipt?.id), 3_600_000 / 8)
    }
    expect(errors).toEqual([new Error('broken')])
    const retry = await ask(json('a', {}))
    expect([retry.status, retry.body.toString()]).toEqual([201, 'attempt 5'])
  })

  it('whose answer is larger than is kept is not run again, and a retry is told', async () => {
    const { ask, runs, operation } = await inDoubt({
      ...rerun,
      maxOutcomeBytes: 1000,
      keepRequest: { rerun: () => ({ status: 200, body: 'x'.repeat(1001) }) },
    })
    expect(await operation.recoverAbandoned()).toEqual({ ended: 1, held: 0, skipped: 0 })
    expect((await ask(json('a', {}))).json()).toMatchObject({ error: { type: 'outcome-not-kept' } })
    expect(runs()).toBe(1)
  })

  it('is run again under at-most-once too, once recover has said that nothing happened', async () => {
    const { ask, runs, operation } = await inDoubt({
      recover: () => ({ found: 'did_not_happen' }),
      keepRequest: { rerun: () => charged },
    })
    expect(await operation.recoverAbandoned()).toEqual({ ended: 1, held: 0, skipped: 0 })
    expect((await ask(json('a', {}))).body.toString()).toBe(charged.body)
    expect(runs()).toBe(1)
  })

  it('has in its outcome no field that one of the routes of its operation does not keep', async () => {
    const operation = createReceipts({ store: memoryStore(), sweep: 'off' }).operation('charge', {
      ...rerun,
      keepRequest: {
        rerun: () => ({
          status: 200,
          headers: [
            ['X-One', '1'],
            ['X-Two', '2'],
            ['X-Three', '3'],
          ] as const,
        }),
      },
    })
    const one = { tenant: () => 'acme', notKept: ['X-One'] }
    const handle = idempotent(operation, one, (_request, attempt) => {
      attempt?.unknown()
      return new Response(null, { status: 504 })
    })
    idempotent(operation, { tenant: () => 'acme', notKept: ['X-Two'] }, () => new Response())
    const request = () =>
      new Request('http://x/', { method: 'POST', headers: { 'Idempotency-Key': 'a' }, body: '{}' })
    expect((await handle(request())).status).toBe(504)
    await operation.recoverAbandoned()
    const { headers } = await handle(request())
    expect([...headers.keys()]).toEqual(['idempotent-replayed', 'x-three'])
  })

  it('is left alone in a process without its routes', async () => {
    const store = memoryStore()
    const options = { ...rerun, keepRequest: { rerun: () => ({ status: 200 }) } }
    await inDoubt(options, undefined, { store })
    const elsewhere = createReceipts({ store, sweep: 'off' }).operation('charge', options)
    expect(await elsewhere.recoverAbandoned()).toEqual({ ended: 0, held: 1, skipped: 0 })
  })

  it('cannot be kept once a parser has read it: the first request says so, and nothing runs', async () => {
    const options = { ...rerun, keepRequest: { rerun: () => ({ status: 200 }) } }
    const { ask, runs, errors } = await serviceOn('Express 5, after its body parser', options, {})
    expect((await ask(json('a', {}))).status).toBe(500)
    expect(String(errors[0])).toMatch(/The option 'keepRequest'.*a parser has read the body/)
    expect(runs()).toBe(0)
    await expect(serviceOn('Fastify', options, {})).rejects.toThrow(/Fastify has parsed the body/)
  })
})

interface Given {
  readonly mayReplay?: HttpTerms['mayReplay']
  readonly store?: ReceiptStore
  /** The request whose attempt is abandoned. */
  readonly first?: Sent
}

interface Service {
  ask(sent: Sent): Promise<Received>
  runs(): number
  readonly errors: unknown[]
  readonly operation: Operation<never>
}

/** A service whose first attempt has said that it doesn't know what it did. */
async function inDoubt(
  options: Partial<OperationOptions<unknown>>,
  face: FaceName = 'node:http',
  given: Given = {},
): Promise<Service> {
  const service = await serviceOn(face, options, given)
  expect((await service.ask(given.first ?? json('a', {}))).status).toBe(504)
  return service
}

async function serviceOn(
  face: FaceName,
  options: Partial<OperationOptions<unknown>>,
  { mayReplay = 'anyone', store = memoryStore() }: Given,
): Promise<Service> {
  const receipts = createReceipts({ store, sweep: 'off' })
  const operation = receipts.operation('charge', {
    guarantee: 'at-most-once',
    ...options,
  }) as Operation<never>
  const errors: unknown[] = []
  let runs = 0
  const port = await answering(face, operation, {
    mayReplay,
    onError: (error) => errors.push(error),
    handle({ attempt }) {
      runs += 1
      if (attempt?.number !== 1) return { status: 201, body: `attempt ${attempt?.number}` }
      attempt.unknown()
      return { status: 504 }
    },
  })
  onTestFinished(() => receipts.close())
  return { ask: (sent) => ask(port, sent), runs: () => runs, errors, operation }
}

async function onlyReceipt(store: ReceiptStore): ReturnType<ReceiptStore['read']> {
  const { receipts } = await store.list({}, { limit: 2 })
  expect(receipts).toHaveLength(1)
  return store.read(String(receipts[0]?.id))
}
