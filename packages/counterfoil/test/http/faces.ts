import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import express from 'express'
import express4 from 'express4'
import fastify, { type FastifyReply } from 'fastify'
import { Hono } from 'hono'
import * as overExpress from '../../src/http/express.ts'
import { counterfoil } from '../../src/http/fastify.ts'
import * as overFetch from '../../src/http/fetch.ts'
import * as overHono from '../../src/http/hono.ts'
import * as overNode from '../../src/http/node.ts'
import type { HttpOptions } from '../../src/http/options.ts'
import { type Attempt, createReceipts, type Operation } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import {
  type HttpServiceUnderTest,
  type HttpTerms,
  playAsFetch,
  playOnNode,
  type Stage,
  scriptedFile,
  streamOf,
  type Turn,
} from '../../src/testing/index.ts'
import { declaredFaces, type FaceName } from './declared.ts'
import { fetchServer } from './fetch-server.ts'

/** An application of one framework, as a server that does not listen yet. */
export type Face = (service: Served) => Server | Promise<Server>

export interface Served {
  readonly operation: Operation<never>
  readonly terms: HttpTerms
  /** Where the key is, if not in its field. */
  readonly key?: { readonly pointer: string } | undefined
  onError(error: unknown): void
  /** @param body as the handler got it */
  enter(field: unknown, body: Uint8Array, attempt: Attempt | undefined): Promise<Turn>
}

export const servers: Readonly<Record<FaceName, Face>> = {
  'node:http': ({ operation, enter, ...served }) => {
    const options = optionsFor(served, (request: overNode.IdempotentRequest, name) => request.headers[name])
    const listener = overNode.idempotent(operation, options, async (request, response) => {
      const turn = await enter(request.headers['x-script'], await buffer(request), request.idempotency)
      await playOnNode(turn, response)
    })
    // Without a key the listener is called as it stands: an error is the application's, as it always was.
    return createServer((request, response) => {
      Promise.resolve(listener(request, response)).catch(() => response.destroy())
    })
  },
  'Express 5': (served) => createServer(anExpress(express, served)),
  'Express 4': (served) => createServer(anExpress(express4, served)),
  'Express 5, after its body parser': (served) => createServer(anExpress(express, served, [express.json()])),
  Fastify: async ({ operation, enter, ...served }) => {
    const app = fastify({ forceCloseConnections: true })
    await app.register(counterfoil)
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.setErrorHandler((error: { statusCode?: number }, _request, reply) =>
      reply.code(error.statusCode ?? 500).send('broken'),
    )
    const options = optionsFor(
      served,
      (request: { headers: Record<string, unknown> }, name) => request.headers[name],
    )
    app.all('/*', { idempotency: { ...options, operation } }, async (request, reply) => {
      const turn = await enter(request.headers['x-script'], bytesOf(request.body), request.idempotency)
      return playOnFastify(turn, reply)
    })
    await app.ready()
    return app.server
  },
  fetch: ({ operation, enter, ...served }) =>
    fetchServer(
      overFetch.idempotent(
        operation,
        optionsFor(served, (request: Request, name) => request.headers.get(name)),
        async (request, attempt) =>
          playAsFetch(await enter(request.headers.get('x-script'), await request.bytes(), attempt)),
      ),
    ),
  Hono: ({ operation, enter, ...served }) => {
    const app = new Hono<{ Variables: overHono.IdempotencyVariables }>()
    app.onError(() => new Response('broken', { status: 500 }))
    const options = optionsFor(served, (c: { req: { header(name: string): string | undefined } }, name) =>
      c.req.header(name),
    )
    app.all('*', overHono.idempotent(operation, options), async (c) => {
      const body = new Uint8Array(await c.req.arrayBuffer())
      return playAsFetch(await enter(c.req.header('x-script'), body, c.get('idempotency')))
    })
    return fetchServer(async (request) => app.fetch(request))
  },
}

/** Every integration, as the suite takes it. */
export const faces: readonly (readonly [FaceName, HttpServiceUnderTest])[] = (
  Object.entries(servers) as [FaceName, Face][]
).map(([name, face]) => [
  name,
  { ...declaredFaces[name], start: (terms, stage) => start(face, terms, stage) },
])

async function start(face: Face, terms: HttpTerms, stage: Stage): ReturnType<HttpServiceUnderTest['start']> {
  const { maxReceipts, guarantee, wait, ttl, maxOutcomeBytes } = terms
  const receipts = createReceipts({ store: memoryStore({ maxReceipts }), sweep: 'off' })
  const operation = receipts.operation<never>('charge', {
    guarantee,
    wait,
    ttl,
    keyRetention: '1d',
    maxOutcomeBytes,
  })
  const enter: Served['enter'] = async (field, body, attempt) => {
    const turn = await stage.enter(field as string, body)
    const { says } = turn.script
    if (says === 'unknown' && turn.run === 1) attempt?.unknown()
    if (says === 'not_executed' && turn.run === 1) attempt?.notExecuted()
    return turn
  }
  const server = await face({ operation, terms, enter, onError: () => undefined })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await receipts.close()
    },
  }
}

function optionsFor<Request>(
  { terms, key, onError }: Pick<Served, 'terms' | 'key' | 'onError'>,
  field: (request: Request, name: string) => unknown,
): HttpOptions<Request> {
  const { requireKey, maxRequestBytes, tenants, mayReplay } = terms
  return {
    requireKey,
    maxRequestBytes,
    tenant: tenants === 'one' ? { only: 'acme' } : (request) => String(field(request, 'x-tenant')),
    ...(mayReplay === 'with_x_may'
      ? { authorizeReplay: (request: Request) => field(request, 'x-may') === 'yes' }
      : {}),
    ...(key ? { key } : {}),
    onError,
  }
}

function anExpress(
  make: typeof express,
  { operation, enter, ...served }: Served,
  before: express.RequestHandler[] = [],
): RequestListener {
  const app = make()
  app.disable('x-powered-by')
  const options = optionsFor(served, (request: express.Request, name) => request.headers[name])
  app.use(...before, overExpress.idempotent(operation, options), (request, response, next) => {
    const body =
      request.body === undefined || !request.readableEnded ? buffer(request) : bytesOf(request.body)
    Promise.resolve(body)
      .then((bytes) => enter(request.headers['x-script'], bytes, request.idempotency))
      .then((turn) => playOnExpress(turn, response))
      .catch(next)
  })
  app.use(((error, _request, response, _next) => {
    if (response.headersSent) response.destroy(error)
    else response.status(error.status ?? 500).send('broken')
  }) as express.ErrorRequestHandler)
  return app as unknown as RequestListener
}

/** Where Express has a way of its own. */
async function playOnExpress(turn: Turn, response: express.Response): Promise<void> {
  const { by, ends, hints, status, headers } = turn.script
  if (hints.length > 0 || ends !== 'whole' || by === 'pieces' || by === 'stream') {
    return playOnNode(turn, response)
  }
  response.status(status)
  for (const [name, value] of headers) response.append(name, value)
  if (by === 'file') response.sendFile(scriptedFile)
  else response.send(Buffer.concat(turn.pieces))
}

/** Where Fastify has a way of its own. */
async function playOnFastify(turn: Turn, reply: FastifyReply): Promise<unknown> {
  const { by, ends, hints, status, headers } = turn.script
  if (hints.length > 0) reply.raw.writeEarlyHints({ link: [...hints] })
  if (ends === 'throws' || by === 'pieces') {
    if (by === 'pieces' && ends !== 'throws_midway') reply.hijack()
    return playOnNode({ ...turn, script: { ...turn.script, hints: [] } }, reply.raw)
  }
  reply.code(status)
  for (const [name, lines] of Map.groupBy(headers, ([name]) => name)) {
    const values = lines.map(([, value]) => value)
    reply.header(name, values.length === 1 ? values[0] : values)
  }
  return reply.send(by === 'buffer' ? Buffer.concat(turn.pieces) : streamOf(turn))
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body
  if (typeof body === 'string') return Buffer.from(body)
  return Buffer.from(body === undefined ? '' : JSON.stringify(body))
}
