import { once } from 'node:events'
import { request as send } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { gatewayTo, upstream } from './world.ts'

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
