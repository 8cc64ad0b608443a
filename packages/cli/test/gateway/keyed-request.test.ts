import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ask, keyed } from './ask.ts'
import { gatewayTo, upstream } from './world.ts'

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
