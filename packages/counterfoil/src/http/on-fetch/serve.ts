import type { Attempt } from '../../engine/index.ts'
import { CallerGone } from '../caller-gone.ts'
import type { Captured } from '../endings.ts'
import type { HttpOperation, KeyedRequest, SoughtKey } from '../exchange.ts'
import { readRequest } from './request-body.ts'
import { capture, responseOf } from './response-capture.ts'

/** One request of the Fetch standard, as a framework has it. */
export interface Fetched<Own> {
  /** The framework's request, for the functions of the options. */
  readonly request: Own
  readonly raw: Request
  /** Answers as if nobody were here: the request has no key, or is none of ours. */
  untouched(request: Request): Response | Promise<Response>
  /** Answers under its claim. @param again the request, its body unread. */
  run(attempt: Attempt, again: Request): Response | Promise<Response>
  /** Called before the handler's own response is given back. */
  beforeOwn?(): void
}

/** One request through the exchange. */
export async function serveFetch<Own>(
  operation: HttpOperation<Own>,
  fetched: Fetched<Own>,
): Promise<Response> {
  const { request, raw } = fetched
  const { pathname, search } = new URL(raw.url)
  const head = {
    method: raw.method,
    target: pathname + search,
    headers: [...raw.headers] as [string, string][],
  }
  let key: SoughtKey | undefined
  try {
    key = operation.keyOf(request, head)
  } catch (error) {
    return refused(operation, error)
  }
  if (key === undefined) return fetched.untouched(raw)
  const keyed = { request, key, head, signal: gone(raw.signal) }
  try {
    const { body, again } = await readRequest(raw, operation.maxRequestBytes)
    return await answered(operation, fetched, { ...keyed, body }, again)
  } catch (error) {
    return refused(operation, error)
  }
}

async function answered<Own>(
  operation: HttpOperation<Own>,
  fetched: Fetched<Own>,
  keyed: KeyedRequest<Own>,
  again: Request,
): Promise<Response> {
  const streaming = Promise.withResolvers<Response>()
  let running: Promise<Captured> | undefined
  const run = async (attempt: Attempt): Promise<Captured> => {
    const held = await capture(await fetched.run(attempt, again), operation.captureLimit)
    if (held.kind === 'streaming') {
      fetched.beforeOwn?.()
      streaming.resolve(held.response)
    }
    return held.captured
  }
  const handle = (attempt: Attempt): Promise<Captured> => {
    running = run(attempt)
    return running
  }
  const send = async (): Promise<Response> => {
    const answer = await operation.answer(keyed, handle)
    if (answer.kind === 'other') return responseOf(answer.response)
    if (answer.kind === 'open') return fetched.untouched(again)
    // The caller may have left meanwhile: a framework must not think that the handler is done for that.
    const own = await running?.catch(() => undefined)
    if (answer.kind !== 'own' || own?.kind !== 'response') return nobody()
    fetched.beforeOwn?.()
    return responseOf(own)
  }
  return Promise.race([streaming.promise, send()])
}

function refused<Own>(operation: HttpOperation<Own>, error: unknown): Response {
  const answer = operation.refuse(error)
  return answer.kind === 'other' ? responseOf(answer.response) : nobody()
}

/** Nobody is there, or has its answer already. */
function nobody(): Response {
  return new Response(null, { status: 499 })
}

/** A caller who leaves is no failure. */
function gone(signal: AbortSignal): AbortSignal {
  const left = new AbortController()
  const leave = (): void => left.abort(new CallerGone())
  if (signal.aborted) leave()
  else signal.addEventListener('abort', leave, { once: true })
  return left.signal
}
