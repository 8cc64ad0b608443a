import type { NextFunction, Request, RequestHandler } from 'express'
import type { Attempt, Operation } from '../engine/index.ts'
import { HttpOperation } from './exchange.ts'
import { serve } from './on-node/serve.ts'
import type { HttpOptions } from './options.ts'

export type { FieldLines } from './field-lines.ts'
export type { HttpOptions, OneTenant, ReplayedReceipt } from './options.ts'

declare global {
  namespace Express {
    interface Request {
      /** The attempt that this handler runs under; `undefined` where the request has no idempotency key. */
      idempotency?: Attempt
    }
  }
}

/**
 * Middleware for Express 4 and 5: what comes after it runs once per idempotency key, and a retry gets the same status,
 * fields and bytes. Put it after authentication; before or after body parsers.
 *
 * A parsed body is compared by what the parser has left in `req.body`; before any parser, by its bytes.
 *
 * @example
 * app.post('/charges', requireAuth, idempotent(charge, { tenant: (req) => req.auth.accountId }), handler)
 *
 * @throws {OptionInvalid}
 */
export function idempotent<R extends Request = Request>(
  operation: Operation<never>,
  options: HttpOptions<R>,
): RequestHandler {
  const over = new HttpOperation<R>(operation, options)
  return (request, response, next: NextFunction) => {
    serve(over, {
      request: request as R,
      incoming: request,
      response,
      target: request.originalUrl,
      body: parsedBody(request),
      untouched: () => next(),
      run(attempt) {
        request.idempotency = attempt
        next()
      },
    }).catch(next)
  }
}

/** body-parser of Express 4 sets an empty object where it has read nothing: then the stream is still there to be seen. */
function parsedBody(request: Request): unknown {
  const { body, readableDidRead } = request as Request & { body: unknown }
  const { _body: parsed = false } = request as { _body?: boolean }
  const empty = typeof body === 'object' && body !== null && Object.keys(body).length === 0
  return parsed || readableDidRead || !empty ? body : undefined
}
