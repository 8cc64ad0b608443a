import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ask, json, kept } from './raw-client.ts'
import { serviceOf } from './service.ts'

describe('a request under a key', () => {
  it('runs once, and a retry gets the same status, fields and bytes', async () => {
    const service = await serviceOf({
      handler: async (request, response) => {
        const order = JSON.parse(await text(request))
        response.setHeader('X-oDD-Spelling', 'kept')
        response
          .writeHead(201, { 'Content-Type': 'application/json' })
          .end(JSON.stringify({ paid: order.amount }))
      },
    })
    const first = await ask(service.port, json('a', { amount: 5 }))
    const retry = await ask(service.port, json('a', { amount: 5 }))
    expect(first.status).toBe(201)
    expect(first.json()).toEqual({ paid: 5 })
    expect(first.field('idempotent-replayed')).toBeUndefined()
    expect(retry.status).toBe(201)
    expect(retry.field('idempotent-replayed')).toBe('true')
    expect(kept(retry)).toEqual(kept(first))
    expect(kept(first)).toContainEqual(['X-oDD-Spelling', 'kept'])
    expect(retry.sha256).toBe(first.sha256)
    expect(service.runs()).toBe(1)
  })

  it('is one request however its JSON is spelt, and another one with another value', async () => {
    const service = await serviceOf({ handler: (_, response) => response.end('paid') })
    await ask(service.port, json('a', '{"amount":5,"to":"x"}'))
    expect((await ask(service.port, json('"a"', '{ "to": "x", "amount": 5.0 }'))).status).toBe(200)
    const other = await ask(service.port, json('a', '{"amount":6,"to":"x"}'))
    expect(other.status).toBe(422)
    expect(other.field('content-type')).toBe('application/problem+json')
    expect(other.json()).toMatchObject({ status: 422, retry: 'fix', error: { type: 'key-conflict' } })
    expect(service.runs()).toBe(1)
  })

  it('at once with others: one runs, the others wait and get its bytes', async () => {
    const service = await serviceOf({
      handler: async (_, response) => {
        await pause(50)
        response.end(randomBytes(100))
      },
    })
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(service.port, json('a', {}))))
    expect(new Set(answers.map(({ sha256 }) => sha256)).size).toBe(1)
    expect(answers.filter((answer) => answer.field('idempotent-replayed') === 'true')).toHaveLength(49)
    expect(service.runs()).toBe(1)
  })

  it('is refused with a true Retry-After where the first one still runs after the wait', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceOf({
      operation: { wait: 'reject', lease: '30s' },
      handler: async (_, response) => {
        await gate.promise
        response.end()
      },
    })
    const first = ask(service.port, json('a', {}))
    await until(() => service.runs() === 1)
    const second = await ask(service.port, json('a', {}))
    gate.resolve()
    expect(second.status).toBe(409)
    expect(second.json()).toMatchObject({ error: { type: 'still-in-progress' }, retry: 'later' })
    expect(Number(second.field('retry-after'))).toBeLessThanOrEqual(30)
    expect((await first).status).toBe(200)
  })

  it('goes on when its caller hangs up, and the retry gets the outcome', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceOf({
      handler: async (_, response) => {
        await gate.promise
        Readable.from(['p', 'ai', 'd']).pipe(response)
      },
    })
    const caller = new AbortController()
    const hungUp = ask(service.port, json('a', {}, { signal: caller.signal })).catch(() => 'gone')
    await until(() => service.runs() === 1)
    caller.abort()
    expect(await hungUp).toBe('gone')
    await pause(20)
    gate.resolve()
    const retry = await ask(service.port, json('a', {}))
    expect(retry.body.toString()).toBe('paid')
    expect(retry.field('idempotent-replayed')).toBe('true')
    expect(service.runs()).toBe(1)
  })
})

describe('what has no key, or is none of ours', () => {
  it.each([
    ['a request without a key', { headers: [] }],
    ['a safe method', json('a', '', { method: 'GET' })],
    ['OPTIONS', json('a', '', { method: 'OPTIONS' })],
  ])('is handled untouched: %s', async (_what, sent) => {
    const service = await serviceOf({ handler: (_, response) => response.end('here') })
    for (let time = 0; time < 2; time += 1) {
      const answer = await ask(service.port, sent)
      expect(answer.body.toString()).toBe('here')
      expect(answer.field('idempotent-replayed')).toBeUndefined()
    }
    expect(service.runs()).toBe(2)
  })

  it.each([
    ['missing, where it is required', [], 'key-missing'],
    ['empty', [['Idempotency-Key', '']], 'key-invalid'],
    ['over-long', [['Idempotency-Key', 'x'.repeat(256)]], 'key-invalid'],
    ['a broken String', [['Idempotency-Key', '"a']], 'key-invalid'],
    [
      'in two field lines',
      [
        ['Idempotency-Key', 'a'],
        ['Idempotency-Key', 'b'],
      ],
      'key-invalid',
    ],
  ] as const)('is refused where the key is %s', async (_what, headers, type) => {
    const service = await serviceOf({ http: { requireKey: true }, handler: (_, response) => response.end() })
    const answer = await ask(service.port, { headers })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ error: { type }, retry: 'fix' })
    expect(service.runs()).toBe(0)
  })
})

describe('a response', () => {
  const random = randomBytes(1000)
  it.each([
    [
      'json in pieces',
      200,
      (response) => {
        response.setHeader('Content-Type', 'application/json')
        response.write('{"a":')
        response.write('1}')
        response.end()
      },
    ],
    ['no bytes', 200, (response) => response.end()],
    ['204', 204, (response) => response.writeHead(204).end()],
    [
      '304',
      304,
      (response) => {
        response.statusCode = 304
        response.setHeader('ETag', '"x"')
        response.end()
      },
    ],
    [
      'gzip of random bytes',
      200,
      (response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' })
        response.end(gzipSync(random))
      },
    ],
    [
      'a raw head with repeated fields',
      202,
      (response) =>
        response.writeHead(202, 'Fine', ['Link', '</a>', 'X-Mixed', '1', 'Link', '</b>']).end('x'),
    ],
    [
      '1 MiB less a little, piped',
      200,
      (response) => Readable.from([Buffer.alloc(1_000_000, 7)]).pipe(response),
    ],
    [
      'base64 and latin1 text',
      200,
      (response) => {
        response.write('aGk=', 'base64')
        response.end('\u00e9', 'latin1')
      },
    ],
    [
      'early hints before it',
      200,
      (response) => {
        response.writeEarlyHints({ link: '</a>; rel=preload' })
        response.end('x')
      },
    ],
    [
      'flushed head and a callback',
      201,
      (response) => {
        response.statusCode = 201
        response.flushHeaders()
        response.write('a', () => response.end('b'))
      },
    ],
    ['a redirect', 303, (response) => response.writeHead(303, { Location: '/charges/1' }).end()],
    ['422', 422, (response) => response.writeHead(422).end('no')],
    ['500, final under at-most-once', 500, (response) => response.writeHead(500).end('broken')],
  ] as [string, number, (response: import('node:http').ServerResponse) => unknown][])(
    'comes back byte for byte: %s',
    async (_what, status, make) => {
      const service = await serviceOf({ handler: (_, response) => make(response) })
      const first = await ask(service.port, json('a', {}))
      const retry = await ask(service.port, json('a', {}))
      expect(first.status).toBe(status)
      expect(retry.status).toBe(status)
      expect(kept(retry)).toEqual(kept(first))
      expect(retry.sha256).toBe(first.sha256)
      expect(retry.field('idempotent-replayed')).toBe('true')
      expect(service.runs()).toBe(1)
    },
  )

  it('is the very one that Node would have sent without us', async () => {
    const make = (response: import('node:http').ServerResponse): unknown =>
      response.writeHead(200, { 'X-One': '1' }).end('chunked, since the head came first')
    const service = await serviceOf({ handler: (_, response) => make(response) })
    const keyless = await ask(service.port, {})
    const keyed = await ask(service.port, json('a', {}))
    const names = (of: typeof keyed): string[] => of.lines.map(([name]) => name)
    expect(names(keyed)).toEqual(names(keyless))
    expect(keyed.sha256).toBe(keyless.sha256)
  })

  it("keeps no cookie, date or CORS field of the first caller's, and no mark of a stranger", async () => {
    const service = await serviceOf({
      handler: (_, response) => {
        response.writeHead(200, {
          'Set-Cookie': 's=1',
          'Access-Control-Allow-Origin': 'https://a',
          'Idempotent-Replayed': 'true',
          'X-Own': '1',
          Connection: 'close, x-own',
        })
        response.end('x')
      },
    })
    const first = await ask(service.port, json('a', {}))
    expect(first.field('set-cookie')).toBe('s=1')
    expect(first.field('idempotent-replayed')).toBeUndefined()
    const retry = await ask(service.port, json('a', {}))
    for (const name of ['set-cookie', 'access-control-allow-origin', 'x-own'])
      expect(retry.field(name)).toBeUndefined()
  })

  it.each([
    [401, []],
    [403, []],
    [408, []],
    [425, []],
    [429, []],
    [409, ['Retry-After', '1']],
    [423, ['Retry-After', '1']],
    [503, ['Retry-After', '1']],
  ])('%i %j ran nothing, and the next request runs', async (status, head) => {
    const service = await serviceOf({
      handler: (_, response) => response.writeHead(status, head as string[]).end(),
    })
    expect((await ask(service.port, json('a', {}))).status).toBe(status)
    expect((await ask(service.port, json('a', {}))).status).toBe(status)
    expect(service.runs()).toBe(2)
  })

  it('that is larger than the limit reaches its caller whole; a retry is told, and nothing runs again', async () => {
    const service = await serviceOf({
      operation: { maxOutcomeBytes: 1000 },
      handler: (_, response) =>
        Readable.from([Buffer.alloc(900, 1), Buffer.alloc(900, 2), Buffer.alloc(900, 3)]).pipe(response),
    })
    expect((await ask(service.port, json('a', {}))).body).toHaveLength(2700)
    const retry = await ask(service.port, json('a', {}))
    expect(retry.status).toBe(409)
    expect(retry.json()).toMatchObject({ error: { type: 'outcome-not-kept' }, retry: 'never' })
    expect(service.runs()).toBe(1)
  })

  it('that is an event stream goes out as it comes, and is succeeded, not kept', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceOf({
      handler: async (_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.flushHeaders()
        response.write('data: 1\n\n')
        await gate.promise
        response.end('data: 2\n\n')
      },
    })
    const { request } = await import('node:http')
    const early = await new Promise<string>((resolve) => {
      const call = request(
        { port: service.port, method: 'POST', headers: { 'idempotency-key': 'a' }, agent: false },
        (response) => {
          response.once('data', (chunk: Buffer) => resolve(chunk.toString()))
          response.resume()
        },
      )
      call.end()
    })
    expect(early).toBe('data: 1\n\n')
    gate.resolve()
    await pause(20)
    expect((await ask(service.port, { path: '/', headers: [['idempotency-key', 'a']] })).status).toBe(409)
    expect(service.runs()).toBe(1)
  })
})

describe('a handler that fails', () => {
  it.each([
    [
      'throws before the head',
      () => {
        throw new Error('secret detail')
      },
    ],
    [
      'rejects after its head and a piece',
      async (response: import('node:http').ServerResponse) => {
        response.writeHead(200)
        response.write('half')
        throw new Error('secret detail')
      },
    ],
    [
      'destroys its response',
      (response: import('node:http').ServerResponse) => {
        response.write('half')
        response.destroy(new Error('secret detail'))
      },
    ],
  ])('%s: 500 for its caller and every retry, and nothing of the error', async (_what, fail) => {
    const service = await serviceOf({ handler: (_, response) => fail(response) })
    const first = await ask(service.port, json('a', {}))
    const retry = await ask(service.port, json('a', {}))
    expect(first.status).toBe(500)
    expect(first.body.toString()).not.toContain('secret')
    expect(first.body.toString()).not.toContain('half')
    expect(retry.sha256).toBe(first.sha256)
    expect(service.runs()).toBe(1)
    expect(service.errors).toHaveLength(1)
  })

  it('runs again under at-least-once', async () => {
    const service = await serviceOf({
      operation: { guarantee: 'at-least-once' },
      handler: (request, response) => {
        if (request.idempotency?.number === 1) throw new Error('not yet')
        response.end('paid')
      },
    })
    expect((await ask(service.port, json('a', {}))).status).toBe(500)
    expect((await ask(service.port, json('a', {}))).body.toString()).toBe('paid')
  })

  it('says that it does not know: its caller gets its answer, and a retry that the outcome is unknown', async () => {
    const service = await serviceOf({
      handler: (request, response) => {
        request.idempotency?.unknown()
        response.writeHead(504).end('timed out')
      },
    })
    expect((await ask(service.port, json('a', {}))).status).toBe(504)
    const retry = await ask(service.port, json('a', {}))
    expect(retry.status).toBe(409)
    expect(retry.json()).toMatchObject({ error: { type: 'outcome-unknown' }, retry: 'never' })
    expect(service.runs()).toBe(1)
  })
})

describe("the request's body", () => {
  it.each([
    ['of gzip', gzipSync('{"a":1}'), 'gzip'],
    ['of nothing', Buffer.alloc(0), undefined],
  ])('is read by the handler as if nobody had: %s', async (_what, body, encoding) => {
    const service = await serviceOf({
      handler: async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk)
        response.end(Buffer.concat(chunks))
      },
    })
    const headers = [['Idempotency-Key', 'a'], ...(encoding ? [['Content-Encoding', encoding]] : [])] as [
      string,
      string,
    ][]
    const answer = await ask(service.port, { headers, body })
    expect(answer.body.equals(body)).toBe(true)
  })

  it('is compared decoded', async () => {
    const service = await serviceOf({ handler: (_, response) => response.end() })
    const type = ['Content-Type', 'application/json'] as const
    const key = ['Idempotency-Key', 'a'] as const
    await ask(service.port, { headers: [type, key], body: '{"a":1}' })
    const again = await ask(service.port, {
      headers: [type, key, ['Content-Encoding', 'gzip']],
      body: gzipSync('{ "a": 1 }'),
    })
    expect(again.status).toBe(200)
    expect(service.runs()).toBe(1)
  })

  it('is refused where it is larger than is read, as received or decoded', async () => {
    const service = await serviceOf({
      http: { maxRequestBytes: 100 },
      handler: (_, response) => response.end(),
    })
    expect((await ask(service.port, json('a', 'x'.repeat(101)))).status).toBe(413)
    const bomb = gzipSync(Buffer.alloc(10_000))
    expect(bomb.length).toBeLessThan(100)
    const headers = [
      ['Idempotency-Key', 'b'],
      ['Content-Encoding', 'gzip'],
    ] as const
    expect((await ask(service.port, { headers, body: bomb })).status).toBe(413)
    expect(service.runs()).toBe(0)
  })
})

it('asks whether a caller may see the replay', async () => {
  const service = await serviceOf({
    http: {
      authorizeReplay: (request, receipt) =>
        request.headers['x-may'] === 'yes' && receipt.state === 'succeeded',
    },
    handler: (_, response) => response.end('paid'),
  })
  await ask(service.port, json('a', {}))
  expect((await ask(service.port, json('a', {}))).status).toBe(403)
  expect((await ask(service.port, json('a', {}, { headers: [['X-May', 'yes']] }))).status).toBe(200)
  expect(service.runs()).toBe(1)
})

it('answers 503 where the store is full, and runs nothing; and goes on when there is room', async () => {
  const { memoryStore } = await import('../../src/stores/memory/index.ts')
  const service = await serviceOf({
    store: memoryStore({ maxReceipts: 1 }),
    handler: (_, response) => response.end(),
  })
  await ask(service.port, json('a', {}))
  const refused = await ask(service.port, json('b', {}))
  expect(refused.status).toBe(503)
  expect(refused.json()).toMatchObject({ error: { type: 'store-full' }, retry: 'later' })
  expect(service.runs()).toBe(1)
})

it.each([
  ['a status that is none', (response: ServerResponse) => response.writeHead(1000)],
  ['a value with a line break', (response: ServerResponse) => response.writeHead(200, ['X', 'a\nb'])],
  ['a name with a blank', (response: ServerResponse) => response.writeHead(200, { 'X Y': '1' })],
])('throws at the handler what Node throws, while it can answer something else: %s', async (_what, wrong) => {
  const service = await serviceOf({
    handler: (_, response) => {
      try {
        wrong(response)
        response.end('sent')
      } catch {
        response.writeHead(400).end('caught')
      }
    },
  })
  const first = await ask(service.port, json('a', {}))
  expect([first.status, first.body.toString()]).toEqual([400, 'caught'])
  expect((await ask(service.port, json('a', {}))).sha256).toBe(first.sha256)
})

it('is ended for its handler once it has ended it, also while it is held back', async () => {
  const seen: unknown[] = []
  const service = await serviceOf({
    handler: (_, response) => {
      response.end('once')
      seen.push(response.headersSent, response.writableEnded)
      response.end('twice', () => seen.push('called back'))
      response.write('more', (error) => seen.push((error as NodeJS.ErrnoException).code))
    },
  })
  const first = await ask(service.port, json('a', {}))
  expect(first.body.toString()).toBe('once')
  expect((await ask(service.port, json('a', {}))).sha256).toBe(first.sha256)
  expect(seen).toEqual([true, true, 'called back', 'ERR_STREAM_WRITE_AFTER_END'])
})

it('tells nobody what a handler that throws had set, but what others had set before it', async () => {
  const service = await serviceOf({
    handler: (_, response) => {
      response.setHeader('X-Secret', '1')
      response.statusMessage = 'Secret'
      response.write('half')
      throw new Error('thrown')
    },
  })
  service.server.prependListener('request', (_request, response) =>
    response.setHeader('X-Frame-Options', 'DENY'),
  )
  const answer = await ask(service.port, json('a', {}))
  expect([answer.status, answer.reason]).toEqual([500, 'Internal Server Error'])
  expect(answer.field('x-secret')).toBeUndefined()
  expect(answer.field('x-frame-options')).toBe('DENY')
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(1)
}
