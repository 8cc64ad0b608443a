import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import compression from 'compression'
import express, { type RequestHandler } from 'express'
import express4 from 'express4'
import { expect, it, onTestFinished } from 'vitest'
import { idempotent } from '../../src/http/express.ts'
import { createReceipts } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { ask, json, kept } from './raw-client.ts'
import { listening } from './service.ts'

const text = 'counterfoil '.repeat(500)
const gzip = { headers: [['Accept-Encoding', 'gzip']] } as const

it('keeps what compression inside it has made: a retry gets the very same compressed bytes', async () => {
  const port = await serviceOf((once) => [once, compression(), sendText])
  const first = await ask(port, json('a', {}, gzip))
  const retry = await ask(port, json('a', {}, gzip))
  expect(first.field('content-encoding')).toBe('gzip')
  expect(gunzipSync(retry.body).toString()).toBe(text)
  expect(retry.sha256).toBe(first.sha256)
  expect(kept(retry)).toEqual(kept(first))
})

it('keeps what goes into compression outside of it: each caller gets its own encoding', async () => {
  const port = await serviceOf((once) => [compression(), once, sendText])
  const first = await ask(port, json('a', {}, gzip))
  expect(gunzipSync(first.body).toString()).toBe(text)
  const plain = await ask(port, json('a', {}))
  expect(plain.field('content-encoding')).toBeUndefined()
  expect(plain.body.toString()).toBe(text)
  const compressed = await ask(port, json('a', {}, gzip))
  expect(gunzipSync(compressed.body).toString()).toBe(text)
})

it.each([
  ['json', (_, response) => response.status(201).json({ a: 1 })],
  ['redirect', (_, response) => response.redirect(303, '/charges/1')],
  ['sendFile', (_, response) => response.sendFile(import.meta.filename)],
  ['sendStatus', (_, response) => response.sendStatus(202)],
  ['a cookie and a header', (_, response) => response.cookie('s', '1').set('X-Own', '1').send('x')],
] as [string, RequestHandler][])("replays Express's own %s", async (_what, handler) => {
  const port = await serviceOf((once) => [once, handler])
  const first = await ask(port, json('a', {}))
  const retry = await ask(port, json('a', {}))
  expect(retry.status).toBe(first.status)
  expect(retry.sha256).toBe(first.sha256)
  const withoutCookie = kept(first).filter(([name]) => name !== 'Set-Cookie')
  expect(kept(retry)).toEqual(withoutCookie)
})

it('holds the receipt where Express closed the connection after half a response', async () => {
  const port = await serviceOf((once) => [
    once,
    (_request, response, next) => {
      response.write('half')
      next(new Error('thrown after the head'))
    },
  ])
  await expect(ask(port, json('a', {}))).rejects.toThrow()
  const retry = await ask(port, json('a', {}))
  expect(retry.json()).toMatchObject({ status: 409, error: { type: 'outcome-unknown' } })
})

it('sees the whole path below a mounted router: two routers are two requests', async () => {
  const receipts = createReceipts({ store: memoryStore(), sweep: 'off' })
  const operation = receipts.operation<never>('charge', { guarantee: 'at-most-once' })
  const router = express.Router().post('/charges', idempotent(operation, { tenant: () => 'acme' }), sendText)
  const server = createServer(express().use('/v1', router).use('/v2', router))
  const port = await listening(server)
  onTestFinished(() => void server.close())
  await ask(port, json('a', {}, { path: '/v1/charges' }))
  expect((await ask(port, json('a', {}, { path: '/v1/charges' }))).status).toBe(200)
  expect((await ask(port, json('a', {}, { path: '/v2/charges' }))).status).toBe(422)
})

it('says at the first request that a body was read and left nowhere', async () => {
  const errors: unknown[] = []
  const swallow: RequestHandler = (request, _response, next) => {
    request.resume().on('end', () => next())
  }
  const port = await serviceOf(
    (once) => [swallow, once, sendText],
    (error) => errors.push(error),
  )
  expect((await ask(port, json('a', {}))).status).toBe(500)
  expect(String(errors[0])).toContain('the body is read before')
})

it('sends a file to nobody where its caller has left, and the retry gets it', async () => {
  const gate = Promise.withResolvers<void>()
  let runs = 0
  const port = await serviceOf((once) => [
    once,
    async (_request, response) => {
      runs += 1
      await gate.promise
      response.sendFile(import.meta.filename)
    },
  ])
  const caller = new AbortController()
  const hungUp = ask(port, json('a', {}, { signal: caller.signal })).catch(() => 'gone')
  while (runs === 0) await pause(1)
  caller.abort()
  await hungUp
  await pause(10)
  gate.resolve()
  const retry = await ask(port, json('a', {}))
  expect(retry.body.toString()).toContain('sends a file to nobody')
  expect(runs).toBe(1)
})

it("tells bodies apart that Express 4's parser has not read", async () => {
  const receipts = createReceipts({ store: memoryStore(), sweep: 'off' })
  const operation = receipts.operation<never>('charge', { guarantee: 'at-most-once' })
  const app = express4().post(
    '/charges',
    express4.json(),
    idempotent(operation, { tenant: () => 'acme' }),
    sendText,
  )
  const server = createServer(app)
  const port = await listening(server)
  onTestFinished(() => void server.close())
  const plain = (body: string) =>
    ask(port, {
      headers: [
        ['Content-Type', 'text/plain'],
        ['Idempotency-Key', 'a'],
      ],
      body,
    })
  expect((await plain('amount=5')).status).toBe(200)
  expect((await plain('amount=6000')).status).toBe(422)
  expect((await plain('amount=5')).status).toBe(200)
})

const sendText: RequestHandler = (_request, response) => {
  response.type('text').send(text)
}

async function serviceOf(
  handlers: (once: RequestHandler) => RequestHandler[],
  onError: (error: unknown) => void = () => undefined,
): Promise<number> {
  const receipts = createReceipts({ store: memoryStore(), sweep: 'off' })
  const operation = receipts.operation<never>('charge', { guarantee: 'at-most-once' })
  const app = express()
  app.set('env', 'test')
  app.post('/charges', ...handlers(idempotent(operation, { tenant: () => 'acme', onError })))
  const server = createServer(app)
  onTestFinished(() => void server.close())
  return listening(server)
}
