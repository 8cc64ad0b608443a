import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CallerSignal } from '../../engine/call.ts'
import type { Attempt } from '../../engine/index.ts'
import { CallerGone } from '../caller-gone.ts'
import type { Captured } from '../endings.ts'
import type { Answer, HttpOperation, SoughtKey } from '../exchange.ts'
import { paired } from '../field-lines.ts'
import { keepReadable } from './alive.ts'
import { bodyOf } from './request-body.ts'
import { ResponseCapture } from './response-capture.ts'
import { sendResponse } from './send-response.ts'

/** One request on Node's own server, as a framework has it. */
export interface Served<Request> {
  /** The framework's request, for the functions of the options. */
  readonly request: Request
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  /** Path and query as received; a framework may have cut `incoming.url`. Default `incoming.url`. */
  readonly target?: string | undefined
  /** What a parser has made of the body; `undefined` where none has been at it. */
  readonly body: unknown
  /** Runs the handler as if nobody were here: the request has no key, or is none of ours. */
  untouched(): unknown
  /** Runs the handler under its claim. It may be done long before or after its response is. */
  run(attempt: Attempt): unknown
  /** Called before an answer is sent that is not the handler's. */
  beforeOther?(): void
}

/** One request through the exchange. */
export async function serve<Request>(
  operation: HttpOperation<Request>,
  served: Served<Request>,
): Promise<unknown> {
  const { request, incoming, response, target = incoming.url ?? '' } = served
  const head = { method: incoming.method ?? '', target, headers: paired(incoming.rawHeaders) }
  let capture: ResponseCapture | undefined
  const send = (answer: Answer): unknown => {
    if (answer.kind === 'own') capture?.release()
    if (answer.kind === 'open') return served.untouched()
    if (answer.kind !== 'other') return undefined
    const before = (): void => served.beforeOther?.()
    if (capture) return capture.replace(answer.response, before)
    before()
    return sendResponse(response, answer.response)
  }
  let key: SoughtKey | undefined
  try {
    key = operation.keyOf(request, head)
  } catch (error) {
    return send(operation.refuse(error))
  }
  if (key === undefined) return served.untouched()
  const keyed = { request, key, head, signal: new Leaving(response) }
  const handle = (attempt: Attempt): Promise<Captured> => {
    const holding = new ResponseCapture(response, operation.captureLimit)
    capture = holding
    void runHeld(served, attempt, holding)
    return holding.captured
  }
  const answer = await bodyOf(incoming, served.body, operation.maxRequestBytes).then(
    (body) => {
      keepReadable(incoming)
      return operation.answer({ ...keyed, body }, handle)
    },
    (error: unknown) => operation.refuse(error),
  )
  try {
    return send(answer)
  } catch (error) {
    // The receipt is settled; its caller asks again, and gets its outcome.
    operation.refuse(error)
    return response.destroy()
  }
}

async function runHeld<Request>(
  served: Served<Request>,
  attempt: Attempt,
  holding: ResponseCapture,
): Promise<void> {
  try {
    await served.run(attempt)
  } catch (error) {
    holding.fail(error)
  }
}

/** Fires when the connection closes before the answer has gone out. It has one listener. */
class Leaving implements CallerSignal {
  reason: CallerGone | undefined
  #tell: (() => void) | undefined

  constructor(response: ServerResponse) {
    response.on('close', () => {
      if (response.writableFinished) return
      this.reason = new CallerGone()
      this.#tell?.()
    })
  }

  throwIfAborted(): void {
    if (this.reason) throw this.reason
  }

  addEventListener(_type: 'abort', tell: () => void): void {
    this.#tell = tell
  }

  removeEventListener(): void {
    this.#tell = undefined
  }
}
