import type { Attempt, Operation } from '../engine/index.ts'
import { HttpOperation } from './exchange.ts'
import { serveFetch } from './on-fetch/serve.ts'
import type { HttpOptions } from './options.ts'

export type { FieldLines } from './field-lines.ts'
export type { HttpOptions, OneTenant, ReplayedReceipt } from './options.ts'

/**
 * Answers a request; `attempt` is `undefined` where the request has no idempotency key. What else the framework gives
 * its handlers, such as a context, comes after it.
 */
export type FetchHandler<Rest extends readonly unknown[] = []> = (
  request: Request,
  attempt: Attempt | undefined,
  ...rest: Rest
) => Response | Promise<Response>

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
export function idempotent<Rest extends readonly unknown[] = []>(
  operation: Operation<never>,
  options: HttpOptions<Request>,
  handler: FetchHandler<Rest>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  const over = new HttpOperation<Request>(operation, options)
  return (request, ...rest) =>
    serveFetch(over, {
      request,
      raw: request,
      untouched: (request) => handler(request, undefined, ...rest),
      run: (attempt, again) => handler(again, attempt, ...rest),
    })
}
