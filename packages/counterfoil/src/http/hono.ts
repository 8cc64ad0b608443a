import type { Context, MiddlewareHandler } from 'hono'
import type { Attempt, Operation } from '../engine/index.ts'
import { HttpOperation } from './exchange.ts'
import { serveFetch } from './on-fetch/serve.ts'
import type { HttpOptions } from './options.ts'

export type { FieldLines } from './field-lines.ts'
export type { HttpOptions, OneTenant, ReplayedReceipt } from './options.ts'

/** What `c.get('idempotency')` gives: the attempt, or `undefined` where the request has no idempotency key. */
export interface IdempotencyVariables {
  idempotency: Attempt | undefined
}

/**
 * Middleware for Hono: what comes after it runs once per idempotency key, and a retry gets the same status, fields and
 * bytes. Put it after authentication, and before whatever reads the body.
 *
 * @example
 * app.post('/charges', idempotent(charge, { tenant: (c) => c.get('account') }), handler)
 *
 * @throws {OptionInvalid}
 */
export function idempotent(
  operation: Operation<never>,
  options: HttpOptions<Context>,
): MiddlewareHandler<{ Variables: IdempotencyVariables }> {
  const over = new HttpOperation<Context>(operation, options)
  return async (c, next) => {
    const response = await serveFetch(over, {
      request: c,
      raw: c.req.raw,
      async untouched(request) {
        c.req.raw = request
        await next()
        return c.res
      },
      async run(attempt, again) {
        c.set('idempotency', attempt)
        c.req.raw = again
        await next()
        return c.res
      },
      // All fields are in it already; another answer gets those that others have set.
      beforeOwn() {
        c.res = undefined
      },
    })
    if (response === c.res) return
    c.res = response
  }
}
