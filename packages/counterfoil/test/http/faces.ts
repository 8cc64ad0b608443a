import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import express from 'express'
import express4 from 'express4'
import fastify from 'fastify'
import { Hono } from 'hono'
import * as overExpress from '../../src/http/express.ts'
import { counterfoil } from '../../src/http/fastify.ts'
import * as overFetch from '../../src/http/fetch.ts'
import * as overHono from '../../src/http/hono.ts'
import * as overNode from '../../src/http/node.ts'
import type { Attempt, Operation } from '../../src/index.ts'

/** What a handler of any framework answers, as data. */
export interface Reply {
  readonly status?: number
  readonly headers?: readonly (readonly [string, string])[]
  /** Pieces are sent one by one. */
  readonly body?: string | Uint8Array | readonly Uint8Array[]
}

export type Handle = (seen: {
  readonly body: string
  readonly attempt: Attempt | undefined
}) => Promise<Reply>

/** The options that all faces have in common, in terms of no framework's request. */
export interface FaceOptions {
  readonly requireKey?: boolean
  readonly maxRequestBytes?: number
  readonly key?: { readonly pointer: string }
  readonly mayReplay?: (header: string | undefined) => boolean
  readonly onError: (error: unknown) => void
}

/** An application of one framework with `POST /charges`, as a server that does not listen yet. */
export type Face = (operation: Operation<never>, options: FaceOptions, handle: Handle) => Promise<Server>

export const faces: Readonly<Record<string, Face>> = {
  'node:http': async (operation, options, handle) =>
    createServer(
      listener(
        overNode.idempotent(operation, nodeOptions(options), async (request, response) =>
          answerOnNode(response, await handle({ body: await text(request), attempt: request.idempotency })),
        ),
      ),
    ),
  'Express 5': async (operation, options, handle) =>
    createServer(anExpress(express, operation, options, handle)),
  'Express 4': async (operation, options, handle) =>
    createServer(anExpress(express4, operation, options, handle)),
  'Express 5, after its body parser': async (operation, options, handle) =>
    createServer(anExpress(express, operation, options, handle, [express.json()])),
  Fastify: async (operation, { mayReplay, ...options }, handle) => {
    const app = fastify({ forceCloseConnections: true })
    await app.register(counterfoil)
    const idempotency = {
      ...options,
      operation,
      tenant: () => 'acme',
      authorizeReplay: (request: { headers: Record<string, unknown> }) =>
        mayReplay?.(request.headers['x-may'] as string) ?? true,
    }
    app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    app.post('/charges', { idempotency }, async (request, reply) => {
      const {
        status = 200,
        headers = [],
        body = '',
      } = await handle({
        body: JSON.stringify(request.body),
        attempt: request.idempotency,
      })
      for (const [name, value] of headers) reply.raw.appendHeader(name, value)
      return reply.code(status).send(Array.isArray(body) ? Readable.from(body) : body)
    })
    await app.ready()
    return app.server
  },
  fetch: async (operation, { mayReplay, ...options }, handle) =>
    overFetchServer(
      overFetch.idempotent(
        operation,
        {
          ...options,
          tenant: () => 'acme',
          authorizeReplay: (request) => mayReplay?.(request.headers.get('x-may') ?? undefined) ?? true,
        },
        async (request, attempt) => responseOf(await handle({ body: await request.text(), attempt })),
      ),
    ),
  Hono: async (operation, { mayReplay, ...options }, handle) => {
    const app = new Hono<{ Variables: overHono.IdempotencyVariables }>()
    const once = overHono.idempotent(operation, {
      ...options,
      tenant: () => 'acme',
      authorizeReplay: (c) => mayReplay?.(c.req.header('x-may')) ?? true,
    })
    app.onError(() => new Response('broken', { status: 500 }))
    app.post('/charges', once, async (c) =>
      responseOf(await handle({ body: await c.req.text(), attempt: c.get('idempotency') })),
    )
    return overFetchServer(async (request) => app.fetch(request))
  },
}

function nodeOptions({ mayReplay, ...options }: FaceOptions): Parameters<typeof overNode.idempotent>[1] {
  return {
    ...options,
    tenant: () => 'acme',
    authorizeReplay: (request) => mayReplay?.(request.headers['x-may'] as string) ?? true,
  }
}

function listener(of: overNode.Listener): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => void of(request, response)
}

function anExpress(
  make: typeof express,
  operation: Operation<never>,
  options: FaceOptions,
  handle: Handle,
  before: express.RequestHandler[] = [],
): RequestListener {
  const app = make()
  app.disable('x-powered-by')
  app.post(
    '/charges',
    ...before,
    overExpress.idempotent(operation, nodeOptions(options)),
    (request, response, next) => {
      const body = request.body === undefined ? text(request) : Promise.resolve(JSON.stringify(request.body))
      body
        .then((body) => handle({ body, attempt: request.idempotency }))
        .then((reply) => answerOnNode(response, reply))
        .catch(next)
    },
  )
  app.use(((_error, _request, response, _next) => {
    response.status(500).send('broken')
  }) as express.ErrorRequestHandler)
  return app as unknown as RequestListener
}

function answerOnNode(response: ServerResponse, { status = 200, headers = [], body = '' }: Reply): void {
  response.statusCode = status
  for (const [name, value] of headers) response.appendHeader(name, value)
  if (Array.isArray(body)) Readable.from(body).pipe(response)
  else response.end(body)
}

function responseOf({ status = 200, headers = [], body = '' }: Reply): Response {
  const without = status === 204 || status === 304
  const content = Array.isArray(body) ? ReadableStream.from(body) : (body as string)
  return new Response(without ? null : content, { status, headers: headers as [string, string][] })
}

/** The least that serves a fetch handler on Node. */
function overFetchServer(handler: (request: Request) => Promise<Response>): Server {
  return createServer(async (incoming, outgoing) => {
    const left = new AbortController()
    outgoing.once('close', () => left.abort())
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values]) =>
      (values ?? []).map((value) => [name, value] as [string, string]),
    )
    const body = incoming.method === 'GET' || incoming.method === 'OPTIONS' ? null : Buffer.concat(chunks)
    const { method = 'POST', url = '/' } = incoming
    const response = await handler(
      new Request(`http://service${url}`, { method, headers, body, signal: left.signal }),
    )
    outgoing.writeHead(response.status, [...response.headers].flat())
    for await (const chunk of response.body ?? []) outgoing.write(chunk)
    outgoing.end()
  })
}
