import { once } from 'node:events'
import { request as send } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ask, keyed } from './ask.ts'
import { gatewayTo, upstream } from './world.ts'

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
