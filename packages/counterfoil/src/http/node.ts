import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Attempt, Operation } from '../engine/index.ts'
import { HttpOperation } from './exchange.ts'
import { serve } from './on-node/serve.ts'
import type { HttpOptions } from './options.ts'

export type { FieldLines } from './field-lines.ts'
export type { HttpOptions, OneTenant, ReplayedReceipt } from './options.ts'

/** A request with its attempt; `undefined` where the request had no key. */
export type IdempotentRequest = IncomingMessage & { idempotency?: Attempt }

export type Listener = (request: IdempotentRequest, response: ServerResponse) => unknown

/**
 * Makes a request listener of `node:http` run once per idempotency key. Its response is held back until the receipt
 * is settled; a retry gets the same status, fields and bytes, marked `Idempotent-Replayed: true`.
 *
 * @example
 * createServer(idempotent(charge, { tenant: (req) => accountOf(req) }, async (req, res) => {
 *   const order = JSON.parse(await text(req))
 *   res.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(await psp.charge(order)))
 * }))
 *
 * @throws {OptionInvalid}
 */
export function idempotent(
  operation: Operation<never>,
  options: HttpOptions<IncomingMessage>,
  listener: Listener,
): Listener {
  const over = new HttpOperation<IncomingMessage>(operation, options)
  return (request, response) =>
    serve(over, {
      request,
      incoming: request,
      response,
      body: undefined,
      untouched: () => listener(request, response),
      run(attempt) {
        request.idempotency = attempt
        return listener(request, response)
      },
    })
}
