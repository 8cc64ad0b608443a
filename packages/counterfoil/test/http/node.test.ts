import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { finished } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Wire } from '../../src/testing/wire.ts'
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

describe('what a handler does beside its answer', () => {
  it('a status set after the head was written is no part of it', async () => {
    const service = await serviceOf({
      handler: (_, response) => {
        response.statusCode = 201
        response.end('made')
        response.statusCode = 500
        response.statusMessage = 'Late'
      },
    })
    for (const _time of ['first', 'retry']) {
      const answer = await ask(service.port, json('a', {}))
      expect([answer.status, answer.reason]).toEqual([201, 'Created'])
    }
  })

  it('a status in letters is the number that it says, as for Node', async () => {
    const service = await serviceOf({
      handler: (_, response) => response.writeHead('201' as unknown as number).end('made'),
    })
    expect((await ask(service.port, json('a', {}))).status).toBe(201)
  })

  it('trailers go out to the first caller', async () => {
    const service = await serviceOf({
      handler: (_, response) => {
        response.setHeader('Trailer', 'X-Sum')
        response.addTrailers({ 'X-Sum': '7' })
        response.end('body')
      },
    })
    const first = await ask(service.port, json('a', {}))
    expect([first.body.toString(), first.trailers]).toEqual(['body', [['X-Sum', '7']]])
  })

  it.each([
    ['the connection', (request: IncomingMessage) => request.socket.destroy()],
    ['the connection in order', (request: IncomingMessage) => request.socket.end()],
    ['the response', (_: IncomingMessage, response: ServerResponse) => response.destroy()],
  ])('closing %s once the response was ended loses nothing of it', async (_what, close) => {
    const service = await serviceOf({
      handler: (request, response) => {
        response.end('paid')
        close(request, response)
      },
    })
    expect((await ask(service.port, json('a', {}))).body.toString()).toBe('paid')
    expect((await ask(service.port, json('a', {}))).body.toString()).toBe('paid')
  })

  it('closing the connection midway of a stream breaks the attempt off at once', async () => {
    const service = await serviceOf({
      operation: { maxOutcomeBytes: 1000 },
      handler: (request, response) => {
        response.write('x'.repeat(1001))
        setImmediate(() => request.socket.destroy())
      },
    })
    await ask(service.port, json('a', {})).catch(() => undefined)
    expect((await ask(service.port, json('a', {}))).status).toBe(500)
    expect(service.runs()).toBe(1)
  })

  it.each([
    [
      'the callback of a write',
      10,
      (response: ServerResponse, done: () => void) => response.write('x'.repeat(20), done),
    ],
    [
      'the callback of its end',
      1000,
      (response: ServerResponse, done: () => void) => response.end('x', done),
    ],
    [
      'the stream to finish',
      1000,
      (response: ServerResponse, done: () => void) => finished(response.end('x'), done),
    ],
  ])('waits for %s, also of a caller who has left', async (_what, maxOutcomeBytes, wait) => {
    const gone = Promise.withResolvers<void>()
    const waited = Promise.withResolvers<void>()
    const service = await serviceOf({
      operation: { maxOutcomeBytes },
      handler: async (_, response) => {
        await gone.promise
        await new Promise<void>((resolve) => wait(response, resolve))
        waited.resolve()
        response.end()
      },
    })
    service.server.on('connection', (socket) => socket.once('close', () => setImmediate(gone.resolve)))
    const leave = new AbortController()
    const asked = ask(service.port, json('a', {}, { signal: leave.signal })).catch(() => undefined)
    while (service.runs() === 0) await pause(1)
    leave.abort()
    await asked
    await waited.promise
  })

  it('waits for a write that its caller never took, and left', async () => {
    const waited = Promise.withResolvers<void>()
    const service = await serviceOf({
      operation: { maxOutcomeBytes: 1000 },
      handler: async (_, response) => {
        response.write(Buffer.alloc(1001))
        await new Promise<void>((resolve) => response.write(Buffer.alloc(50_000_000), () => resolve()))
        waited.resolve()
        response.end()
      },
    })
    const socket = connect(service.port, '127.0.0.1').pause()
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\nContent-Length: 2\r\n\r\n{}')
    while (service.runs() === 0) await pause(1)
    socket.destroy()
    await waited.promise
  })

  it('very many small pieces past the limit arrive whole', async () => {
    const service = await serviceOf({
      operation: { maxOutcomeBytes: 100_000 },
      handler: (_, response) => {
        for (let n = 0; n < 150_000; n += 1) response.write('x')
        response.end()
      },
    })
    expect((await ask(service.port, json('a', {}))).body).toHaveLength(150_000)
  })
})

describe('a request that', () => {
  it('others have had decoded to text is refused: its bytes are gone', async () => {
    const service = await serviceOf({ handler: (_, response) => response.end('x') })
    const [listener] = service.server.listeners('request') as [RequestListener]
    service.server.removeAllListeners('request')
    service.server.on('request', async (request, response) => {
      request.setEncoding('utf8')
      while (!request.complete) await pause(1)
      listener(request, response)
    })
    expect((await ask(service.port, json('a', {}))).status).toBe(500)
    expect([service.runs(), String(service.errors[0])]).toEqual([0, expect.stringContaining('here as text')])
  })

  it('was left by its caller before it came here runs nothing, and keeps no key', async () => {
    const service = await serviceOf({ handler: (_, response) => response.end('x') })
    const [listener] = service.server.listeners('request') as [RequestListener]
    service.server.removeAllListeners('request')
    const served: unknown[] = []
    service.server.on('request', async (request, response) => {
      if (served.length === 0) await once(request.socket, 'close')
      served.push(await (listener(request, response) as unknown))
    })
    const leave = new AbortController()
    const left = ask(service.port, json('a', {}, { signal: leave.signal })).catch(() => undefined)
    await once(service.server, 'connection')
    await pause(20)
    leave.abort()
    await left
    while (served.length === 0) await pause(1)
    expect(service.runs()).toBe(0)
    expect((await ask(service.port, json('a', {}))).body.toString()).toBe('x')
  })

  it('is too large leaves its connection to the next one', async () => {
    const service = await serviceOf({
      http: { maxRequestBytes: 1000 },
      handler: (_, response) => response.end('x'),
    })
    const wire = await Wire.open(service.port)
    const head = (key: string, length: number): string =>
      `POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: ${key}\r\nContent-Length: ${length}\r\n\r\n`
    wire.write(head('a', 5_000_000))
    wire.write(Buffer.alloc(5_000_000))
    expect((await wire.response('POST')).status).toBe(413)
    wire.write(`${head('b', 2)}{}`)
    expect((await wire.response('POST')).status).toBe(200)
    wire.leave()
  })
})
