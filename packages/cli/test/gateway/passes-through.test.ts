import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ask } from './ask.ts'
import { gatewayTo, listening, upstream } from './world.ts'

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
