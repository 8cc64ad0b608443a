import fastify from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { counterfoil } from '../../src/http/fastify.ts'
import { createReceipts } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'

it('sends with a replay and a refusal what other hooks have set for this caller', async () => {
  const receipts = createReceipts({ store: memoryStore(), sweep: 'off' })
  const operation = receipts.operation<never>('charge', { guarantee: 'at-most-once' })
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(counterfoil)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('Access-Control-Allow-Origin', request.headers.origin)
  })
  app.post('/charges', { idempotency: { operation, tenant: () => 'acme' } }, async () => 'paid')
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const ask = async (origin: string, body: string) => {
    const headers = { origin, 'idempotency-key': 'a', 'content-type': 'application/json' }
    const answer = await fetch(`${address}/charges`, { method: 'POST', headers, body })
    return [answer.status, answer.headers.get('access-control-allow-origin')]
  }
  expect(await ask('https://a', '{}')).toEqual([200, 'https://a'])
  expect(await ask('https://b', '{}')).toEqual([200, 'https://b'])
  expect(await ask('https://c', '{"other":1}')).toEqual([422, 'https://c'])
})

it('refuses to come after routes, which would run without it, and nobody would know', async () => {
  const receipts = createReceipts({ store: memoryStore(), sweep: 'off' })
  const operation = receipts.operation<never>('charge', { guarantee: 'at-most-once' })
  const app = fastify()
  app.register(counterfoil) // not awaited: it is loaded once the routes are there
  app.post('/charges', { idempotency: { operation, tenant: () => 'acme' } }, async () => 'paid')
  await expect(app.ready()).rejects.toMatchObject({ code: 'option_invalid', option: 'register' })
})

it('refuses a server of HTTP/2, whose responses it does not capture', async () => {
  const app = fastify({ http2: true })
  await expect(app.register(counterfoil)).rejects.toMatchObject({ code: 'option_invalid', option: 'http2' })
})
