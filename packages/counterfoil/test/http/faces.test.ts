import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createReceipts, type Operation, type OperationOptions, type ReceiptStore } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { type Face, type FaceOptions, faces, type Handle } from './faces.ts'
import { ask, json, kept, type Received, type Sent } from './raw-client.ts'
import { listening } from './service.ts'

interface Service {
  ask(sent: Sent): Promise<Received>
  runs(): number
  readonly errors: unknown[]
}

describe.each(Object.entries(faces))('over %s', (_name, face) => {
  it('a request runs once, and a retry gets the same status, fields and bytes', async () => {
    const { ask, runs } = await serviceOn(face, async ({ body }) => ({
      status: 201,
      headers: [
        ['X-Amount', String((JSON.parse(body) as { amount: number }).amount)],
        ['Link', '</a>'],
        ['Link', '</b>'],
      ],
      body: randomBytes(64),
    }))
    const first = await ask(json('a', { amount: 5, to: 'x' }))
    const retry = await ask(json('"a"', '{ "to": "x", "amount": 5 }'))
    expect([first.status, retry.status]).toEqual([201, 201])
    expect(first.field('x-amount')).toBe('5')
    expect(first.field('idempotent-replayed')).toBeUndefined()
    expect(retry.field('idempotent-replayed')).toBe('true')
    expect(kept(retry)).toEqual(kept(first))
    expect(retry.sha256).toBe(first.sha256)
    expect(runs()).toBe(1)
  })

  it('another request under the key is refused, and nothing of the first one is told', async () => {
    const { ask, runs } = await serviceOn(face, async () => ({ body: 'secret' }))
    await ask(json('a', { amount: 5 }))
    const other = await ask(json('a', { amount: 6 }))
    expect(other.status).toBe(422)
    expect(other.field('content-type')).toBe('application/problem+json')
    expect(other.json()).toMatchObject({ status: 422, error: { type: 'key-conflict' } })
    expect(other.body.toString()).not.toContain('secret')
    expect(runs()).toBe(1)
  })

  it('many at once: one runs, the others wait for its bytes', async () => {
    const { ask, runs } = await serviceOn(face, async () => {
      await pause(30)
      return { body: randomBytes(64) }
    })
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(json('a', {}))))
    expect(new Set(answers.map(({ sha256 }) => sha256)).size).toBe(1)
    expect(runs()).toBe(1)
  })

  it('a caller who hangs up does not stop its attempt', async () => {
    const gate = Promise.withResolvers<void>()
    const { ask, runs } = await serviceOn(face, async () => {
      await gate.promise
      return { body: [Buffer.from('pa'), Buffer.from('id')] }
    })
    const caller = new AbortController()
    const hungUp = ask(json('a', {}, { signal: caller.signal })).catch(() => 'gone')
    while (runs() === 0) await pause(1)
    caller.abort()
    expect(await hungUp).toBe('gone')
    await pause(10)
    gate.resolve()
    const retry = await ask(json('a', {}))
    expect([retry.status, retry.body.toString()]).toEqual([200, 'paid'])
    expect(runs()).toBe(1)
  })

  it('a caller who hangs up gets nothing, and the retry the answer without a body', async () => {
    const gate = Promise.withResolvers<void>()
    const { ask, runs } = await serviceOn(face, async () => {
      await gate.promise
      return { status: 204 }
    })
    const caller = new AbortController()
    const hungUp = ask(json('a', {}, { signal: caller.signal })).catch(() => 'gone')
    while (runs() === 0) await pause(1)
    caller.abort()
    await hungUp
    await pause(10)
    gate.resolve()
    expect((await ask(json('a', {}))).status).toBe(204)
    expect(runs()).toBe(1)
  })

  it.each([
    ['no bytes', { body: '' }],
    ['204', { status: 204 }],
    ['304', { status: 304, headers: [['ETag', '"x"']] }],
    ['compressed', { headers: [['Content-Encoding', 'gzip']], body: gzipSync(randomBytes(200)) }],
    ['in pieces', { headers: [['Content-Type', 'text/plain']], body: [Buffer.from('a'), Buffer.from('b')] }],
    ['1 MB', { headers: [['Content-Type', 'application/octet-stream']], body: Buffer.alloc(1_000_000, 3) }],
    ['a refusal', { status: 422, body: 'no' }],
    ['a failure, under at-most-once', { status: 500, body: 'broken' }],
  ] as const)('a response comes back byte for byte: %s', async (_what, reply) => {
    const { ask, runs } = await serviceOn(face, async () => reply)
    const first = await ask(json('a', {}))
    const retry = await ask(json('a', {}))
    expect(first.status).toBe((reply as { status?: number }).status ?? 200)
    expect(retry.status).toBe(first.status)
    expect(kept(retry)).toEqual(kept(first))
    expect(retry.sha256).toBe(first.sha256)
    expect(runs()).toBe(1)
  })

  it('a refusal that ran nothing is no outcome: the next request runs', async () => {
    const { ask, runs } = await serviceOn(face, async () => ({
      status: 429,
      headers: [['Retry-After', '1']],
    }))
    expect((await ask(json('a', {}))).status).toBe(429)
    expect((await ask(json('a', {}))).status).toBe(429)
    expect(runs()).toBe(2)
  })

  it("no cookie and no CORS field of the first caller's is replayed, nor a stranger's mark", async () => {
    const own = [
      ['Set-Cookie', 's=1'],
      ['Access-Control-Allow-Origin', 'https://a'],
      ['Idempotent-Replayed', 'true'],
    ] as const
    const { ask } = await serviceOn(face, async () => ({ headers: own, body: 'x' }))
    const first = await ask(json('a', {}))
    expect(first.field('set-cookie')).toBe('s=1')
    expect(first.field('idempotent-replayed')).toBeUndefined()
    const retry = await ask(json('a', {}))
    expect(retry.field('set-cookie')).toBeUndefined()
    expect(retry.field('access-control-allow-origin')).toBeUndefined()
  })

  it('a handler that throws: 500 for its caller and every retry, and nothing of the error', async () => {
    const { ask, runs } = await serviceOn(face, async () => {
      throw new Error('secret detail')
    })
    const first = await ask(json('a', {}))
    const retry = await ask(json('a', {}))
    expect([first.status, retry.status]).toEqual([500, 500])
    expect(retry.sha256).toBe(first.sha256)
    expect(runs()).toBe(1)
  })

  it('the attempt is at hand, and a release makes the next one number 2', async () => {
    const { ask } = await serviceOn(face, async ({ attempt }) => {
      if (attempt?.number === 1) attempt.notExecuted()
      return { body: `attempt ${attempt?.number}` }
    })
    expect((await ask(json('a', {}))).body.toString()).toBe('attempt 1')
    expect((await ask(json('a', {}))).body.toString()).toBe('attempt 2')
    expect((await ask(json('a', {}))).body.toString()).toBe('attempt 2')
  })

  it('an unknown effect: its caller gets its answer, and a retry is told', async () => {
    const { ask, runs } = await serviceOn(face, async ({ attempt }) => {
      attempt?.unknown()
      return { status: 504, body: 'timed out' }
    })
    expect((await ask(json('a', {}))).status).toBe(504)
    const retry = await ask(json('a', {}))
    expect(retry.status).toBe(409)
    expect(retry.json()).toMatchObject({ error: { type: 'outcome-unknown' } })
    expect(runs()).toBe(1)
  })

  it('without a key nothing is changed; where one is required, it is asked for', async () => {
    const open = await serviceOn(face, async () => ({ body: 'x' }))
    for (let time = 0; time < 2; time += 1) {
      const answer = await open.ask({ headers: [['Content-Type', 'application/json']], body: '{}' })
      expect([answer.status, answer.body.toString()]).toEqual([200, 'x'])
    }
    expect(open.runs()).toBe(2)
    const strict = await serviceOn(face, async () => ({ body: 'x' }), { requireKey: true })
    const refused = await strict.ask({ headers: [['Content-Type', 'application/json']], body: '{}' })
    expect(refused.status).toBe(400)
    expect(refused.json()).toMatchObject({ error: { type: 'key-missing' } })
    expect(strict.runs()).toBe(0)
  })

  it('a larger outcome than is kept reaches its caller whole, and a retry is told', async () => {
    const pieces = [1, 2, 3].map((fill) => Buffer.alloc(900, fill))
    const reply = { headers: [['Content-Type', 'application/octet-stream']] as const, body: pieces }
    const { ask, runs } = await serviceOn(
      face,
      async () => reply,
      {},
      { operation: { maxOutcomeBytes: 1000 } },
    )
    expect((await ask(json('a', {}))).body).toEqual(Buffer.concat(pieces))
    await pause(10)
    const retry = await ask(json('a', {}))
    expect(retry.status).toBe(409)
    expect(retry.json()).toMatchObject({ error: { type: 'outcome-not-kept' } })
    expect(runs()).toBe(1)
  })

  it('a caller who may not see the outcome is refused', async () => {
    const { ask } = await serviceOn(face, async () => ({ body: 'x' }), {
      mayReplay: (header) => header === 'yes',
    })
    await ask(json('a', {}))
    const refused = await ask(json('a', {}))
    expect(refused.status).toBe(403)
    expect(refused.json()).toMatchObject({ error: { type: 'replay-forbidden' } })
    expect((await ask(json('a', {}, { headers: [['X-May', 'yes']] }))).status).toBe(200)
  })

  describe('with the key in the body', () => {
    const key = { pointer: '/meta/key' }
    const sent = (body: string): Sent => ({ headers: [['Content-Type', 'application/json']], body })

    it('runs once, and the handler reads the body; what holds the key is no part of the request', async () => {
      const { ask, runs } = await serviceOn(face, async ({ body }) => ({ body: `${runs()} ${body}` }), {
        key,
      })
      const first = await ask(sent('{"amount":5,"meta":{"key":"a"}}'))
      expect(first.body.toString()).toBe('1 {"amount":5,"meta":{"key":"a"}}')
      const retry = await ask(sent('{"meta":{"\\u006bey":"\\u0061"},"amount":5.0}'))
      expect([retry.field('idempotent-replayed'), retry.sha256]).toEqual(['true', first.sha256])
      expect((await ask(sent('{"amount":6,"meta":{"key":"a"}}'))).status).toBe(422)
      expect((await ask(sent('{"amount":5,"meta":{"key":"b"}}'))).status).toBe(200)
      expect(runs()).toBe(2)
    })

    it('without one the handler reads the body as if nobody had; where it is required, it is asked for', async () => {
      const open = await serviceOn(face, async ({ body }) => ({ body }), { key })
      for (let time = 0; time < 2; time += 1)
        expect((await open.ask(sent('{"amount":5}'))).body.toString()).toBe('{"amount":5}')
      expect(open.runs()).toBe(2)
      const strict = await serviceOn(face, async () => ({ body: 'x' }), { key, requireKey: true })
      const refused = await strict.ask(sent('{"amount":5}'))
      expect([refused.status, refused.json()]).toMatchObject([400, { error: { type: 'key-missing' } }])
      expect(strict.runs()).toBe(0)
    })

    it.each(['{"meta":{"key":7}}', '{"meta":{"key":null}}', '{"meta":{"key":""}}'])(
      'refuses %s',
      async (body) => {
        const { ask, runs } = await serviceOn(face, async () => ({ body: 'x' }), { key })
        const refused = await ask(sent(body))
        expect([refused.status, refused.json()]).toMatchObject([400, { error: { type: 'key-invalid' } }])
        expect(runs()).toBe(0)
      },
    )
  })

  it('a store without room: 503, and nothing runs', async () => {
    const store = memoryStore({ maxReceipts: 1 })
    const { ask, runs } = await serviceOn(face, async () => ({ body: 'x' }), {}, { store })
    await ask(json('a', {}))
    const refused = await ask(json('b', {}))
    expect(refused.status).toBe(503)
    expect(refused.json()).toMatchObject({ error: { type: 'store-full' }, retry: 'later' })
    expect(runs()).toBe(1)
  })
})

/** A service of one framework, which is closed with the test. */
async function serviceOn(
  face: Face,
  handle: Handle,
  options: Omit<FaceOptions, 'onError'> = {},
  {
    operation: given,
    store = memoryStore(),
  }: { operation?: Partial<OperationOptions>; store?: ReceiptStore } = {},
): Promise<Service> {
  const receipts = createReceipts({ store, sweep: 'off' })
  const operation = receipts.operation('charge', { guarantee: 'at-most-once', ...given }) as Operation<never>
  const errors: unknown[] = []
  let runs = 0
  const counted: Handle = (seen) => {
    runs += 1
    return handle(seen)
  }
  const server = await face(operation, { ...options, onError: (error) => errors.push(error) }, counted)
  const port = await listening(server)
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await receipts.close()
  })
  return { ask: (sent) => ask(port, sent), runs: () => runs, errors }
}
