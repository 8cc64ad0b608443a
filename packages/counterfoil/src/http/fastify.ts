import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify'
import { OptionInvalid } from '../core/index.ts'
import type { Attempt, Operation } from '../engine/index.ts'
import { HttpOperation } from './exchange.ts'
import { serve } from './on-node/serve.ts'
import type { HttpOptions } from './options.ts'

export type { FieldLines } from './field-lines.ts'
export type { HttpOptions, OneTenant, ReplayedReceipt } from './options.ts'

/** What a route says to run once per idempotency key. */
export interface IdempotencyOptions extends HttpOptions<FastifyRequest> {
  readonly operation: Operation<never>
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The attempt that this handler runs under; `undefined` where the request has no idempotency key. */
    idempotency: Attempt | undefined
  }
  interface RouteShorthandOptions {
    /** Run this route once per idempotency key. */
    idempotency?: IdempotencyOptions
  }
}

/**
 * The plugin, to be awaited before the first route: routes with an `idempotency` option run once per key, after their other preHandler hooks. A retry gets
 * the same status, fields and bytes. A body is compared by what Fastify's parser has made of it.
 *
 * @example
 * await app.register(counterfoil)
 * app.post('/charges', { idempotency: { operation: charge, tenant: (req) => req.user.id } }, handler)
 */
export async function counterfoil(app: FastifyInstance): Promise<void> {
  if ('http2' in app.initialConfig && app.initialConfig.http2) {
    throw new OptionInvalid(
      'http2',
      'responses over HTTP/2 are not captured yet: register it on a server of HTTP/1.1',
    )
  }
  // A route declared before would run without its option, and nobody would know.
  if (app.printRoutes() !== NO_ROUTES) {
    throw new OptionInvalid(
      'register',
      'routes were declared before it was loaded: write `await app.register(counterfoil)` before the first route',
    )
  }
  app.decorateRequest('idempotency', undefined)
  app.addHook('onRoute', (route) => {
    const { idempotency } = route as { idempotency?: IdempotencyOptions }
    if (idempotency === undefined) return
    route.preHandler = [route.preHandler ?? [], hookOf(idempotency)].flat()
  })
}

const NO_ROUTES = '(empty tree)'

// The hook is for routes of the application that registers it, not only for those of a scope below
// (Fastify's reference, "Plugins", fastify-plugin).
Object.assign(counterfoil, { [Symbol.for('skip-override')]: true })

function hookOf({ operation, ...options }: IdempotencyOptions): preHandlerHookHandler {
  const over = new HttpOperation<FastifyRequest>(operation, options)
  if (over.keepsRequests) {
    throw new OptionInvalid(
      'keepRequest',
      'Fastify has parsed the body by then, and its bytes are gone: use counterfoil/node, /fetch or /hono, or /express before its parsers',
    )
  }
  return (request, reply, done) => {
    serve(over, {
      request,
      incoming: request.raw,
      response: reply.raw,
      body: request.body,
      untouched: () => done(),
      run(attempt) {
        request.idempotency = attempt
        done()
      },
      beforeOther: () => takeOver(reply),
    }).catch(done)
  }
}

/** The answer goes out below Fastify; what other hooks have set, such as CORS fields, goes with it. */
function takeOver(reply: FastifyReply): void {
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
}
