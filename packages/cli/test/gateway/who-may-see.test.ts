import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask, keyed } from './ask.ts'
import { gatewayTo, upstream } from './world.ts'

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
