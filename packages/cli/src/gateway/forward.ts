import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import type { Attempt } from 'counterfoil'
import type { Dispatcher } from 'undici'
import { dispatchByNode } from './dispatch-by-node.ts'
import {
  isCoded,
  isPlainlyFramed,
  mayHaveTrailers,
  onward,
  paired,
  type Raw,
  rawRequestFields,
} from './fields.ts'
import { sendProblem } from './problem.ts'
import { pathAt, type Upstream } from './upstream.ts'

/**
 * Sends a request on and its answer back, both as they come. Under an attempt it also says what became of it: nothing
 * ran where no connection could be made; where it broke off or timed out after that, nobody knows.
 */
export function forward(
  upstream: Upstream,
  incoming: IncomingMessage,
  response: ServerResponse,
  attempt?: Attempt,
): Promise<void> {
  const forwarding = new Forwarding(upstream, incoming, response, attempt)
  // By the end of this turn a small body is here as a whole, and goes out with its head.
  if (incoming.complete) forwarding.begin()
  else setImmediate(() => forwarding.begin())
  return forwarding.done
}

/** Hears of the answer as `dispatch` tells it. */
class Forwarding implements Dispatcher.DispatchHandler {
  readonly done: Promise<void>
  readonly #upstream: Upstream
  readonly #incoming: IncomingMessage
  readonly #response: ServerResponse
  readonly #attempt: Attempt | undefined
  readonly #timer: NodeJS.Timeout
  /** Once it has a connection: before that nothing of the request has gone out. */
  #controller: Dispatcher.DispatchController | undefined
  #abandon: (() => void) | undefined
  /** The piece that comes with the head goes out with it: all of a small answer in one write. */
  #first: Buffer | 'awaited' | undefined
  #timedOut = false
  #ended = false
  #resolve!: () => void

  constructor(
    upstream: Upstream,
    incoming: IncomingMessage,
    response: ServerResponse,
    attempt: Attempt | undefined,
  ) {
    this.#upstream = upstream
    this.#incoming = incoming
    this.#response = response
    this.#attempt = attempt
    this.done = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#timer = setTimeout(() => {
      this.#timedOut = true
      this.#brokeOff('no answer within the time-out')
    }, upstream.timeoutMs)
    // Its lease is about to end: what the upstream still does, nobody knows.
    attempt?.signal.addEventListener('abort', this.#leaseEnds)
    // A caller without a key who leaves takes its request along; under a key it runs on.
    if (attempt === undefined) response.once('close', this.#callerLeft)
  }

  begin(): void {
    if (this.#ended) return
    try {
      this.#begin()
    } catch (error) {
      this.#brokeOff((error as Error).message)
    }
  }

  #begin(): void {
    const incoming = this.#incoming
    const path = pathAt(this.#upstream, incoming.url ?? '/')
    const trailers = mayHaveTrailers(incoming)
    const byNode = path === '*' || trailers || this.#upstream.continuesUnasked
    const options = {
      method: incoming.method as Dispatcher.HttpMethod,
      path,
      headers: rawRequestFields(incoming, this.#upstream, this.#attempt !== undefined),
      body: trailers ? streamOf(incoming) : bodyOf(incoming),
    }
    if (byNode) this.#abandon = dispatchByNode(this.#upstream, options, this)
    else this.#upstream.pool.dispatch(options, this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Nobody waits for it any more, and it was told that nothing ran.
    if (this.#ended) controller.abort(new Error('given up before it had a connection'))
    // Counted from the last piece of the request: an upload takes as long as it takes.
    else if (!this.#incoming.complete) this.#incoming.on('data', () => this.#timer.refresh())
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    message?: string,
  ): void {
    if (this.#ended) return
    const raw = rawFields(controller)
    if (status < 100) {
      this.#brokeOff('its status is none')
      return
    }
    if (status < 200) {
      if (status === 103) passHints(this.#response, raw)
      return
    }
    clearTimeout(this.#timer)
    if (!isPlainlyFramed(raw)) this.#brokeOff('its body is coded for the way')
    else if (!passHead(this.#response, status, message, raw)) this.#brokeOff('its head can’t be sent')
    // It has no body, whatever its length says (RFC 9110, section 6.4.1).
    else if (status === 204 || status === 304) this.#end(() => finish(this.#response, undefined, []))
    else if (this.#attempt === undefined) {
      this.#first = 'awaited'
      process.nextTick(() => this.#goOut())
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#ended) return
    if (this.#first === 'awaited') {
      this.#first = chunk
      return
    }
    this.#goOut()
    if (this.#response.write(chunk)) return
    controller.pause()
    this.#response.once('drain', () => controller.resume())
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    // An answer without a length ends with its connection: a reset would look like its end.
    if (this.#upstream.resets.now) this.#brokeOff('its connection was reset')
    else this.#end(() => finish(this.#response, this.#first, trailersOf(controller)))
  }

  /** The head, and what came with it. */
  #goOut(): void {
    const first = this.#first
    this.#first = undefined
    if (this.#ended || first === undefined) return
    if (first === 'awaited') this.#response.flushHeaders()
    else this.#response.write(first)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const { code } = error as { readonly code?: unknown }
    // How undici takes a 100 that nobody asked for; `node:http` passes it over (RFC 9110, section 15.2).
    if (error.message === 'bad response') this.#upstream.continuesUnasked = true
    this.#brokeOff(typeof code === 'string' ? `${code}, ${error.message}` : error.message)
  }

  readonly #callerLeft = (): void => {
    if (!this.#response.writableFinished) this.#end(() => this.#giveUp())
  }

  readonly #leaseEnds = (): void => this.#brokeOff('the attempt had to end')

  #brokeOff(why: string): void {
    this.#end(() => {
      const sent = this.#controller !== undefined
      if (sent) this.#attempt?.unknown()
      else this.#attempt?.notExecuted()
      this.#giveUp()
      const after = this.#timedOut ? 'upstream-timeout' : 'upstream-broke-off'
      const problem = sent ? after : 'upstream-unreachable'
      this.#report(problem, why)
      sendProblem(this.#response, problem)
    })
  }

  /** Neither key, query nor body: whoever holds a key can read an answer. */
  #report(problem: string, why: string): void {
    const { method, url = '' } = this.#incoming
    this.#upstream.report(new Error(`${method} ${url.split('?', 1)[0]}: ${problem} (${why})`))
  }

  #giveUp(): void {
    if (this.#controller) this.#controller.abort(new Error('given up'))
    // Or it would go out once there is a connection, after its caller was told that nothing ran.
    else this.#abandon?.()
  }

  /** The first end counts; what comes after it is its consequence. */
  #end(how: () => void): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#timer)
    this.#attempt?.signal.removeEventListener('abort', this.#leaseEnds)
    this.#response.off('close', this.#callerLeft)
    how()
    this.#resolve()
  }
}

/** Its bytes where all of them are here, else a stream. */
function bodyOf(incoming: IncomingMessage): Buffer | Readable | null {
  if (incoming.complete) return incoming.read() as Buffer | null
  return streamOf(incoming) && detached(incoming)
}

function streamOf(incoming: IncomingMessage): IncomingMessage | null {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = incoming.headers
  return length === '0' && coding === undefined ? null : incoming
}

/** Whoever ends it early, as undici does where the answer is there first, leaves the request to be read to its end. */
function detached(incoming: IncomingMessage): Readable {
  const passed = new PassThrough()
  incoming.pipe(passed)
  incoming.once('close', () => {
    if (!incoming.complete) passed.destroy(new Error('the caller left'))
  })
  passed.once('close', () => {
    incoming.unpipe(passed)
    incoming.resume()
  })
  return passed
}

/** As they came, which the types don't say (Dispatcher.md, "RequestController"). */
function rawFields(controller: Dispatcher.DispatchController): Raw {
  return texts((controller as { rawHeaders?: readonly Buffer[] }).rawHeaders)
}

function trailersOf(controller: Dispatcher.DispatchController): Raw {
  return texts((controller as { rawTrailers?: readonly Buffer[] }).rawTrailers)
}

function texts(raw: readonly Buffer[] = []): Raw {
  return raw.map((part) => part.toString('latin1'))
}

/** `false` where the upstream's head is none that could be sent. */
function passHead(response: ServerResponse, status: number, message: string | undefined, raw: Raw): boolean {
  const { method, httpVersionMinor } = response.req
  const trailers =
    isCoded(raw) && method !== 'HEAD' && status !== 204 && status !== 304 && httpVersionMinor > 0
  const passed = onward(raw, (lower) => lower === 'trailer' && !trailers)
  // undici reads it as UTF-8, which Node's own check refuses.
  const phrase = message !== undefined && /^[\t\x20-\x7e]*$/.test(message) ? message : undefined
  try {
    response.writeHead(status, phrase, passed)
    return true
  } catch {
    response.statusMessage = '' // Node keeps the one that it refuses
    return false
  }
}

function passHints(response: ServerResponse, raw: Raw): void {
  const links = paired(raw)
    .filter(([name]) => name.toLowerCase() === 'link')
    .map(([, value]) => value)
  try {
    if (!response.headersSent && links.length > 0) response.writeEarlyHints({ link: links })
  } catch {
    // Malformed hints are no part of the answer.
  }
}

function finish(response: ServerResponse, last: Buffer | 'awaited' | undefined, trailers: Raw): void {
  try {
    if (trailers.length > 0) response.addTrailers(paired(trailers) as [string, string][])
  } catch {
    // Malformed trailers are left out: the answer itself is whole.
  }
  // As text, which Node writes together with the head.
  if (last instanceof Uint8Array) response.end(last.toString('latin1'), 'latin1')
  else response.end()
}
