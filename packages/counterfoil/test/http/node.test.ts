import { randomBytes } from 'node:crypto'
import type { RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Wire } from '../../src/testing/http/wire.ts'
import { ask, json, kept, type Sent } from './raw-client.ts'
import { serviceOf } from './service.ts'

describe('a response', () => {
  it.each([
    [
      'base64 and latin1 text',
      200,
      (response) => {
        response.write('aGk=', 'base64')
        response.end('\u00e9', 'latin1')
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
  ] as [string, number, (response: ServerResponse) => unknown][])(
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
    const make = (response: ServerResponse): unknown =>
      response.writeHead(200, { 'X-One': '1' }).end('chunked, since the head came first')
    const service = await serviceOf({ handler: (_, response) => make(response) })
    const keyless = await ask(service.port, {})
    const keyed = await ask(service.port, json('a', {}))
    const names = (of: typeof keyed): string[] => of.lines.map(([name]) => name)
    expect(names(keyed)).toEqual(names(keyless))
    expect(keyed.sha256).toBe(keyless.sha256)
  })

  it('that is an event stream has its head go out when the handler flushes it', async () => {
    const gate = Promise.withResolvers<void>()
    const service = await serviceOf({
      handler: async (_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.flushHeaders()
        await gate.promise
        response.end('data: 1\n\n')
      },
    })
    const wire = await Wire.open(service.port)
    wire.write('POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\nContent-Length: 0\r\n\r\n')
    expect((await wire.head()).status).toBe(200)
    gate.resolve()
    wire.leave()
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
      async (response: ServerResponse) => {
        response.writeHead(200)
        response.write('half')
        throw new Error('secret detail')
      },
    ],
    [
      'destroys its response',
      (response: ServerResponse) => {
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

it.each([
  ['small and whole', 10],
  ['larger than its stream holds', 300_000],
])('a body, %s, that is there before anybody asks for it is read whole, once', async (_what, size) => {
  const service = await serviceOf({ handler: async (request, response) => response.end(await text(request)) })
  const [listener] = service.server.listeners('request') as [RequestListener]
  service.server.removeAllListeners('request')
  // As after an authentication that takes its time.
  service.server.on('request', async (request, response) => {
    while (!request.complete && request.readableLength < 65_536) await pause(1)
    listener(request, response)
  })
  const body = randomBytes(size / 2).toString('hex')
  const sent: Sent = { headers: [['Idempotency-Key', 'a']], body }
  expect((await ask(service.port, sent)).body.toString()).toBe(body)
  expect((await ask(service.port, sent)).field('idempotent-replayed')).toBe('true')
  expect((await ask(service.port, { ...sent, body: `${body}.` })).status).toBe(422)
  expect(service.runs()).toBe(1)
})
