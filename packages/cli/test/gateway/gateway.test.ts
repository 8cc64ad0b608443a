import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ServerResponse, request as send } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { memoryStore } from 'counterfoil/memory'
import { describe, expect, it } from 'vitest'
import { routePattern } from '../../src/gateway/config/route-pattern.ts'
import { ask, keyed } from './ask.ts'
import { gatewayTo, listening, upstream } from './world.ts'

describe('a keyed request', () => {
  it('is another operation on another path, and another request with another query', async () => {
    const behind = await upstream((request, response) => response.end(request.url))
    const { port } = await gatewayTo(behind.port)
    expect((await ask(port, keyed('a', '{}', { path: '/v1/x?a=1' }))).body.toString()).toBe('/v1/x?a=1')
    expect((await ask(port, keyed('a', '{}', { path: '/v1/y' }))).body.toString()).toBe('/v1/y')
    expect((await ask(port, keyed('a', '{}', { path: '/v1/x?a=2' }))).status).toBe(422)
    expect(behind.runs()).toBe(2)
  })
})

describe('an upstream that fails', () => {
  it('refused the connection: 502, nothing ran, and a retry runs', async () => {
    const behind = await upstream((_, response) => response.end('paid'))
    const { port: dead, server } = await upstream(() => undefined)
    server.close()
    await once(server, 'close')
    const store = memoryStore()
    const down = await gatewayTo(dead, {}, store)
    const refused = await ask(down.port, keyed('the-key', '{}', { path: '/x?token=1' }))
    expect(refused.status).toBe(502)
    expect(refused.json()).toMatchObject({ error: { type: 'upstream-unreachable' } })
    // Its operators are told why, and nothing that opens an answer.
    expect(down.errors.map(String)).toEqual([
      expect.stringMatching(/^Error: POST \/x: upstream-unreachable \(ECONNREFUSED, /),
    ])
    const up = await gatewayTo(behind.port, {}, store)
    expect((await ask(up.port, keyed('the-key', '{}', { path: '/x?token=1' }))).body.toString()).toBe('paid')
  })

  it.each([
    ['at-most-once', 409, 1],
    ['at-least-once', 504, 2],
  ] as const)(
    'did not answer in time: 504, and under %s a retry gets %i',
    async (guarantee, status, runs) => {
      const behind = await upstream(() => undefined)
      const { port } = await gatewayTo(behind.port, { guarantee, upstreamTimeout: '50ms' })
      const first = await ask(port, keyed('a', '{}'))
      expect(first.status).toBe(504)
      expect(first.json()).toMatchObject({ error: { type: 'upstream-timeout' } })
      expect((await ask(port, keyed('a', '{}'))).status).toBe(status)
      expect(behind.runs()).toBe(runs)
    },
  )

  it.each([
    ['before its head', (response: ServerResponse) => response.destroy()],
    [
      'midway',
      (response: ServerResponse) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('half', () => response.destroy())
      },
    ],
  ])('broke off %s: the outcome is unknown, and nothing runs again', async (_when, breakOff) => {
    const behind = await upstream((_, response) => breakOff(response))
    const { port } = await gatewayTo(behind.port)
    const first = await ask(port, keyed('a', '{}'))
    expect(first.status).toBeGreaterThanOrEqual(500)
    const retry = await ask(port, keyed('a', '{}'))
    expect(retry.json()).toMatchObject({ status: 409, error: { type: 'outcome-unknown' } })
    expect(behind.runs()).toBe(1)
  })

  it('is not called where the store has no room: 503; with --fail-open it is', async () => {
    const behind = await upstream((_, response) => response.end('x'))
    const closed = await gatewayTo(behind.port, {}, memoryStore({ maxReceipts: 1 }))
    await ask(closed.port, keyed('a', '{}'))
    expect((await ask(closed.port, keyed('b', '{}'))).status).toBe(503)
    expect(behind.runs()).toBe(1)
    const flags = { guarantee: 'at-least-once', failOpen: true } as const
    const open = await gatewayTo(behind.port, flags, memoryStore({ maxReceipts: 1 }))
    await ask(open.port, keyed('a', '{"n":1}'))
    expect((await ask(open.port, keyed('b', '{"n":2}'))).body.toString()).toBe('x')
    expect(behind.runs()).toBe(3)
  })
})

describe('an upstream that misbehaves', () => {
  it.each([
    [
      'malformed hints',
      'HTTP/1.1 103 Early Hints\r\nLink: nonsense\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
      200,
    ],
    ['another protocol, unasked', 'HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', 502],
    ['no HTTP at all', 'nonsense\r\n\r\n', 502],
    ['a status that is none', 'HTTP/1.1 099 X\r\nContent-Length: 1\r\n\r\nx', 502],
    ['a reason with a control character', 'HTTP/1.1 200 a\u0001b\r\nContent-Length: 1\r\n\r\nx', 200],
    ['a reason that is not ASCII', 'HTTP/1.1 200 Créé\r\nContent-Length: 1\r\n\r\nx', 200],
    ['a 204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', 204],
    ['a 304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', 304],
    ['a Trailer without chunks', 'HTTP/1.1 200 OK\r\nTrailer: X\r\nContent-Length: 1\r\n\r\nx', 200],
    [
      'a body that is coded for the way',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
      502,
    ],
    [
      'two lines of hints',
      'HTTP/1.1 103 E\r\nLink: </a>; rel=preload\r\nLink: </b>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
      200,
    ],
  ])('sends %s: the gateway goes on', async (_what, text, status) => {
    const raw = createTcpServer((socket) =>
      socket.once('data', () => socket.end(text)).on('error', () => undefined),
    )
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve))
    const { port } = await gatewayTo((raw.address() as AddressInfo).port)
    expect((await ask(port, keyed('a', '{}'))).status).toBe(status)
    expect((await ask(port, { body: '{}' })).status).toBe(status)
    raw.close()
  })

  it.each([
    ['a body', 'HTTP/1.0 201 Created\r\n\r\nabc'],
    ['an event stream', 'HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n'],
  ])('resets %s without a length: that is no success', async (_what, text) => {
    let runs = 0
    const raw = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        runs += 1
        socket.write(text, () => setTimeout(() => socket.resetAndDestroy(), 20))
      })
    })
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve))
    const { port } = await gatewayTo((raw.address() as AddressInfo).port)
    await ask(port, keyed('a', '{}')).catch(() => undefined)
    await pause(30)
    expect((await ask(port, keyed('a', '{}'))).json()).toMatchObject({ error: { type: 'outcome-unknown' } })
    expect(runs).toBe(1)
    raw.close()
  })

  it('sends a 100 that nobody asked for: the first outcome is unknown, and the next ones are known', async () => {
    const text = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'
    const raw = createTcpServer((socket) =>
      socket.once('data', () => socket.end(text)).on('error', () => undefined),
    )
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve))
    const { port } = await gatewayTo((raw.address() as AddressInfo).port)
    expect((await ask(port, keyed('a', '{}'))).status).toBe(502)
    for (const key of ['b', 'c']) expect((await ask(port, keyed(key, '{}'))).status).toBe(200)
    raw.close()
  })

  it('answers before the upload is there: the caller gets that answer, and the rest is read', async () => {
    const behind = await upstream((request, response) => {
      response.writeHead(413).end('too large')
      request.resume()
    })
    const { port } = await gatewayTo(behind.port)
    const socket = connect(port, '127.0.0.1')
    const size = 8 * 1_048_576
    socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`)
    // As whoever reads only once all is written.
    await new Promise<void>((resolve, reject) => {
      socket.write(Buffer.alloc(size), (error) => (error ? reject(error) : resolve()))
    })
    let seen = ''
    for await (const chunk of socket) {
      seen += chunk
      if (seen.includes('too large')) break
    }
    expect(seen).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('is slow to take an upload: the time counts from its last piece', async () => {
    const behind = await upstream(async (request, response) => response.end(await text(request)))
    const { port } = await gatewayTo(behind.port, { upstreamTimeout: '100ms' })
    const call = send({ port, method: 'PUT', path: '/', agent: false })
    for (let piece = 0; piece < 5; piece += 1) {
      call.write('x')
      await pause(40)
    }
    call.end()
    const [response] = await once(call, 'response')
    expect([response.statusCode, await text(response)]).toEqual([200, 'xxxxx'])
  })

  it('stalls midway: the attempt ends with its duration, and the outcome is unknown', async () => {
    const behind = await upstream((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('half')
    })
    const { port } = await gatewayTo(behind.port, { lease: '300ms', maxDuration: '300ms' })
    expect((await ask(port, keyed('a', '{}'))).status).toBeGreaterThanOrEqual(500)
    expect((await ask(port, keyed('a', '{}'))).json()).toMatchObject({ error: { type: 'outcome-unknown' } })
  })
})

it.each([
  'GET / HTTP/1.1\r\nHost: x\r\nTrailer: X-T\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: x\r\nTrailer: X-T\r\nContent-Length: 2\r\n\r\n{}',
  'POST / HTTP/1.1\r\nHost: x\r\nTrailer: X-T\r\nContent-Length: 2\r\nIdempotency-Key: a\r\n\r\n{}',
  'GET / HTTP/1.1\r\nHost: x\r\nTrailer: X-T\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
])('announces trailers and has no chunks for them, and goes on without: %j', async (request) => {
  const behind = await upstream((request, response) => response.end(`no ${request.headers.trailer}`))
  const { port } = await gatewayTo(behind.port)
  const socket = connect(port, '127.0.0.1')
  socket.write(request)
  let seen = ''
  for await (const chunk of socket) {
    seen += chunk
    if (seen.includes('no undefined')) break
  }
  expect(seen).toMatch(/^HTTP\/1\.1 200 .*no undefined/s)
})

it('passes on the trailers of a request', async () => {
  const behind = await upstream(async (request, response) => {
    const body = await text(request)
    response.end(`${body} ${request.trailers['x-sum']}`)
  })
  const { port } = await gatewayTo(behind.port)
  const headers = { Trailer: 'X-Sum', 'Transfer-Encoding': 'chunked' }
  const call = send({ port, method: 'POST', path: '/', headers, agent: false })
  call.write('body')
  call.addTrailers({ 'X-Sum': '7' })
  call.end()
  const [response] = await once(call, 'response')
  expect(await text(response)).toBe('body 7')
})

it('refuses a body that is coded for the way otherwise than in chunks, and asks nobody', async () => {
  const behind = await upstream((_, response) => response.end('x'))
  const { port } = await gatewayTo(behind.port)
  const socket = connect(port, '127.0.0.1')
  socket.end(
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\nIdempotency-Key: a\r\n\r\n1\r\nx\r\n0\r\n\r\n',
  )
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 501 /)
  expect(behind.runs()).toBe(0)
})

it.each(['POST /v1/*a*a*a*x', 'POST /**/a/**/a/**/x'])('no path takes long to be told from %s', (route) => {
  const pattern = routePattern(route)
  const began = performance.now()
  expect(pattern?.matches('POST', `/v1/${'a'.repeat(8000)}`)).toBe(false)
  expect(pattern?.matches('POST', '/a'.repeat(4000))).toBe(false)
  // What goes back over every wild part takes minutes for these.
  expect(performance.now() - began).toBeLessThan(2000)
})

it('lets no keyed request slip by as an upgrade: it runs once, in this protocol', async () => {
  const behind = await upstream(async (request, response) =>
    response.end(`${request.headers.upgrade} ${await text(request)}`),
  )
  const { port } = await gatewayTo(behind.port)
  const h2c = [
    'Connection',
    'Upgrade, HTTP2-Settings',
    'Upgrade',
    'h2c',
    'HTTP2-Settings',
    'AAMAAABkAAQAoAAAAAIAAAAA',
  ]
  const answers = [
    await ask(port, keyed('a', '{}', { headers: h2c })),
    await ask(port, keyed('a', '{}', { headers: h2c })),
  ]
  expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual([
    [200, 'undefined {}'],
    [200, 'undefined {}'],
  ])
  expect(behind.runs()).toBe(1)
})

describe('a target', () => {
  it('given as a whole URL is the same request', async () => {
    const behind = await upstream((request, response) => response.end(request.url))
    const { port } = await gatewayTo(behind.port)
    await ask(port, keyed('a', '{}', { path: '/c?d=1' }))
    expect((await ask(port, keyed('a', '{}', { path: 'http://other/c?d=1' }))).body.toString()).toBe('/c?d=1')
    expect(behind.runs()).toBe(1)
  })

  it("that leads out of the upstream's own path is refused", async () => {
    const behind = await upstream((request, response) => response.end(request.url))
    const { port } = await gatewayTo(behind.port, { upstream: `http://127.0.0.1:${behind.port}/base/` })
    expect((await ask(port, { method: 'GET', path: '/x/y?z' })).body.toString()).toBe('/base/x/y?z')
    for (const path of ['/../admin', '/x/%2e%2E/y', '/x#y']) {
      expect((await ask(port, { method: 'GET', path })).json()).toMatchObject({
        status: 400,
        error: { type: 'target-invalid' },
      })
    }
    expect(behind.runs()).toBe(1)
  })
})

describe('who may see an outcome', () => {
  it('where a URL is asked: whom it lets', async () => {
    const behind = await upstream((_, response) => response.end('x'))
    const asked: unknown[] = []
    const judge = await upstream((request, response) => {
      asked.push(request.method, request.headers['content-length'])
      response.writeHead(request.headers.authorization === 'Bearer 2' ? 204 : 403).end()
    })
    const { port } = await gatewayTo(behind.port, { authorize: `http://127.0.0.1:${judge.port}/may` })
    await ask(port, keyed('a', '{}', { headers: ['Authorization', 'Bearer 1'] }))
    expect((await ask(port, keyed('a', '{}', { headers: ['Authorization', 'Bearer 2'] }))).status).toBe(200)
    expect((await ask(port, keyed('a', '{}', { headers: ['Authorization', 'Bearer 3'] }))).status).toBe(403)
    expect(asked).toEqual(['GET', undefined, 'GET', undefined])
    expect(behind.runs()).toBe(1)
  })

  it('of tenants by a field: nobody of another tenant', async () => {
    const behind = await upstream((_, response) => response.end(randomBytes(8)))
    const { port } = await gatewayTo(behind.port, { tenantHeader: 'X-Tenant' })
    const one = await ask(port, keyed('a', '{}', { headers: ['X-Tenant', 'one'] }))
    const two = await ask(port, keyed('a', '{}', { headers: ['X-Tenant', 'two'] }))
    expect(two.sha256).not.toBe(one.sha256)
    for (const headers of [[], ['X-Tenant', 'one', 'X-Tenant', 'two']]) {
      const refused = await ask(port, keyed('a', '{}', { headers }))
      expect(refused.json()).toMatchObject({ status: 400, retry: 'fix', error: { type: 'tenant-missing' } })
    }
    expect(behind.runs()).toBe(2)
  })

  it("of tenants by a field: the upstream is told which, whatever the caller's Connection names", async () => {
    const behind = await upstream((request, response) =>
      response.end(`${request.headers['x-tenant']} ${request.headers['x-forwarded-proto']}`),
    )
    const { port } = await gatewayTo(behind.port, { tenantHeader: 'X-Tenant' })
    const headers = [
      'X-Tenant',
      'one',
      'X-Forwarded-Proto',
      'https',
      'Connection',
      'x-tenant, x-forwarded-proto',
    ]
    expect((await ask(port, keyed('a', '{}', { headers }))).body.toString()).toBe('one https')
  })
})

describe('what passes through', () => {
  it.each([
    ['a safe method with a key', { method: 'GET', headers: ['Idempotency-Key', 'a'] }],
    ['a request without a key', { body: 'x' }],
    ['OPTIONS', { method: 'OPTIONS', headers: ['Idempotency-Key', 'a'] }],
    ['DELETE', { method: 'DELETE', headers: ['Idempotency-Key', 'a'] }],
  ])('as it comes, each time: %s', async (_what, sent) => {
    const behind = await upstream((request, response) => response.end(`${request.method} ${request.url}`))
    const { port } = await gatewayTo(behind.port)
    for (let time = 1; time <= 2; time += 1) {
      const answer = await ask(port, { path: '/a%2Fb?c=d', ...sent })
      expect(answer.body.toString()).toBe(`${'method' in sent ? sent.method : 'POST'} /a%2Fb?c=d`)
      expect(behind.runs()).toBe(time)
    }
  })

  it('with who sent it, and trailers', async () => {
    const behind = await upstream((request, response) => {
      response.writeHead(200, { Trailer: 'X-Sum' })
      response.write(`${request.headers['x-forwarded-for']} ${request.headers['x-forwarded-proto']}`)
      response.addTrailers({ 'X-Sum': '1' })
      response.end()
    })
    const { port } = await gatewayTo(behind.port)
    const answer = await ask(port, { method: 'GET', headers: ['X-Forwarded-For', '10.0.0.1'] })
    expect(answer.body.toString()).toBe('10.0.0.1, 127.0.0.1 http')
    expect(answer.trailers).toEqual(['X-Sum', '1'])
  })

  it('an event stream without waiting for its end, and a caller who leaves it takes it along', async () => {
    const left = Promise.withResolvers<void>()
    const behind = await upstream((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write('data: 1\n\n')
      response.once('close', () => left.resolve())
    })
    const { port } = await gatewayTo(behind.port)
    const call = send({ port, path: '/events', agent: false })
    call.end()
    const [response] = await once(call, 'response')
    const [chunk] = await once(response, 'data')
    expect(String(chunk)).toBe('data: 1\n\n')
    call.destroy()
    await left.promise
  })

  it('an upgrade, in both directions', async () => {
    const { createServer } = await import('node:http')
    const server = createServer()
    server.on('upgrade', (request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      socket.write(`${request.url} `)
      socket.pipe(socket)
    })
    const { port } = await gatewayTo(await listening(server))
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    let seen = ''
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
    })
    while (!seen.includes('/ws ')) await pause(1)
    socket.write('hello')
    while (!seen.endsWith('hello')) await pause(1)
    expect(seen).toMatch(/^HTTP\/1\.1 101 /)
    socket.destroy()
    server.close()
  })
})

describe('with the key in the body', () => {
  const json = (body: string, more: string[] = []) => ({
    headers: ['Content-Type', 'application/json', ...more],
    body,
  })

  it('runs once at the upstream, which gets the body whole, whatever the field says', async () => {
    const behind = await upstream(async (request, response) => response.end(await text(request)))
    const { port } = await gatewayTo(behind.port, { keyPointer: '/key' })
    const first = await ask(port, json('{"key":"a","amount":5}'))
    const retry = await ask(port, json('{"amount":5,"key":"a"}', ['Idempotency-Key', 'other']))
    expect(first.body.toString()).toBe('{"key":"a","amount":5}')
    expect([retry.field('idempotent-replayed'), retry.sha256]).toEqual(['true', first.sha256])
    for (let time = 0; time < 2; time += 1)
      expect((await ask(port, json('{"amount":5}'))).body.toString()).toBe('{"amount":5}')
    expect(behind.runs()).toBe(3)
  })

  it('refuses two, however they are written, and a body beyond the limit', async () => {
    const behind = await upstream((_, response) => response.end())
    const { port } = await gatewayTo(behind.port, { keyPointer: '/key', maxRequest: '100' })
    expect((await ask(port, json('{"key":"a","\\u006bey":"b"}'))).status).toBe(400)
    expect((await ask(port, json(JSON.stringify({ key: 'a', more: 'x'.repeat(100) })))).status).toBe(413)
    expect(behind.runs()).toBe(0)
  })

  it('asks for the tenant whatever the body may hold', async () => {
    const behind = await upstream((_, response) => response.end())
    const { port } = await gatewayTo(behind.port, { keyPointer: '/key', tenantHeader: 'X-Tenant' })
    expect((await ask(port, json('{"key":"a"}'))).status).toBe(400)
    expect((await ask(port, json('{"key":"a"}', ['X-Tenant', 'acme']))).status).toBe(200)
  })
})

it.each([
  [
    'asks for another protocol',
    'HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    'another protocol',
  ],
  ['says that it is at it, for ever', 'HTTP/1.1 102 Processing\r\n\r\n', 'did not answer in time'],
])('an authoriser that %s holds no retry up, and lets none see the outcome', async (_what, says, why) => {
  const behind = await upstream((_, response) => response.end('paid'))
  const raw = createTcpServer((socket) => {
    const again = setInterval(() => socket.write(says), 20)
    socket.on('error', () => undefined).on('close', () => clearInterval(again))
  })
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve))
  const authorize = `http://127.0.0.1:${(raw.address() as AddressInfo).port}/`
  const { port, errors } = await gatewayTo(behind.port, { authorize, upstreamTimeout: '200ms' })
  expect((await ask(port, keyed('a', '{}'))).body.toString()).toBe('paid')
  const retry = await ask(port, keyed('a', '{}'))
  expect([retry.status, retry.body.includes('paid'), behind.runs()]).toEqual([500, false, 1])
  expect(String(errors)).toContain(why)
  raw.close()
})

it('told to end, it answers what is under way and what still comes, and then lets go of each connection', async () => {
  const gate = Promise.withResolvers<void>()
  const behind = await upstream(async (_, response) => {
    await gate.promise
    response.end('x')
  })
  const { port, close } = await gatewayTo(behind.port)
  const request = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'
  const [busy, silent] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  await Promise.all([once(busy, 'connect'), once(silent, 'connect')])
  busy.write(request)
  while (behind.runs() === 0) await pause(1)
  const closed = close()
  silent.write(request)
  const answers = Promise.all([text(busy), text(silent)])
  while (behind.runs() < 2) await pause(1)
  gate.resolve()
  for (const answer of await answers) expect(answer).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n/s)
  await closed
})
