import type { Attempt, Operation } from '../engine/index.ts'
import { HttpOperation, type HttpOptions } from './exchange.ts'
import { serveFetch } from './on-fetch/serve.ts'

export type { HttpOptions, ReplayedReceipt } from './exchange.ts'

/** Answers a request; `attempt` is `undefined` where the request has no idempotency key. */
export type FetchHandler = (request: Request, attempt: Attempt | undefined) => Response | Promise<Response>

/**
 * Makes a handler of the Fetch standard (Next.js route handlers, SvelteKit, Bun, Deno, …) run once per idempotency
 * key; a retry gets the same status, fields and bytes.
 *
 * @example
 * export const POST = idempotent(charge, { tenant: (req) => accountOf(req) }, async (req) => {
 *   return Response.json(await psp.charge(await req.json()), { status: 201 })
 * })
 *
 * @throws {OptionInvalid}
 */
export function idempotent(
  operation: Operation<never>,
  options: HttpOptions<Request>,
  handler: FetchHandler,
): (request: Request) => Promise<Response> {
  const over = new HttpOperation<Request>(operation, options)
  return (request) =>
    serveFetch(over, {
      request,
      raw: request,
      untouched: () => handler(request, undefined),
      run: (attempt, again) => handler(again, attempt),
    })
}
