import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Attempt } from 'counterfoil'
import { onward, paired, requestFields } from './fields.ts'
import { sendProblem } from './problem.ts'
import { begin, type Upstream } from './upstream.ts'

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
  const { promise, resolve } = Promise.withResolvers<void>()
  const fields = requestFields(incoming, upstream, attempt !== undefined)
  // Its length is unknown where it came in chunks: then it goes on in chunks.
  const chunked = incoming.headers['transfer-encoding'] !== undefined
  const onwards = begin(
    upstream,
    incoming,
    chunked ? [...fields, ['Transfer-Encoding', 'chunked']] : fields,
    upstream.agent,
  )
  let connected = false
  let timedOut = false
  let ended = false
  /** The first end counts; what comes after it is its consequence. */
  const end = (how: () => void): void => {
    if (ended) return
    ended = true
    clearTimeout(timer)
    how()
    resolve()
  }
  const brokeOff = (): void =>
    end(() => {
      if (connected) attempt?.unknown()
      else attempt?.notExecuted()
      onwards.destroy()
      const after = timedOut ? 'upstream-timeout' : 'upstream-broke-off'
      sendProblem(response, connected ? after : 'upstream-unreachable')
    })
  const timer = setTimeout(() => {
    timedOut = true
    brokeOff()
  }, upstream.timeoutMs)
  // Counted from the last piece of the request: an upload takes as long as it takes.
  incoming.on('data', () => timer.refresh())

  onwards.on('socket', (socket) => {
    if (!socket.connecting) connected = true
    // Nothing of a request goes out before that.
    else
      socket.once(upstream.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (connected = true))
  })
  onwards.on('information', ({ statusCode, rawHeaders }) => {
    if (statusCode === 103) passHints(response, rawHeaders)
  })
  // Nobody asked for another protocol.
  onwards.on('upgrade', (_answer, socket) => {
    socket.destroy()
    brokeOff()
  })
  onwards.on('error', brokeOff)
  onwards.on('response', (answer) => {
    clearTimeout(timer)
    if (!passHead(answer, response)) return brokeOff()
    if (attempt === undefined) response.flushHeaders()
    answer.on('data', (chunk: Buffer) => {
      if (response.write(chunk)) return
      answer.pause()
      response.once('drain', () => answer.resume())
    })
    answer.on('error', brokeOff)
    // A reset tells the request first; what has no length of its own looks whole after it.
    answer.on('close', () => {
      if (!answer.complete) brokeOff()
    })
    answer.on('end', () => end(() => finish(answer, response)))
  })

  // Its lease is about to end: what the upstream still does, nobody knows.
  attempt?.signal.addEventListener('abort', brokeOff)
  // A caller without a key who leaves takes its request along; under a key it runs on.
  if (attempt === undefined) {
    response.once('close', () => {
      if (!response.writableFinished) end(() => onwards.destroy())
    })
  }
  incoming.once('error', brokeOff)
  incoming.pipe(onwards)
  return promise
}

/** `false` where the upstream's head is none that could be sent. */
function passHead(answer: IncomingMessage, response: ServerResponse): boolean {
  const { statusCode = 0, statusMessage, rawHeaders } = answer
  try {
    response.writeHead(statusCode, statusMessage, onward(paired(rawHeaders)).flat())
    return true
  } catch {
    response.statusMessage = '' // Node keeps the one that it refuses
    return false
  }
}

function passHints(response: ServerResponse, raw: readonly string[]): void {
  const links = paired(raw)
    .filter(([name]) => name.toLowerCase() === 'link')
    .map(([, value]) => value)
  try {
    if (!response.headersSent && links.length > 0) response.writeEarlyHints({ link: links })
  } catch {
    // Malformed hints are no part of the answer.
  }
}

function finish(answer: IncomingMessage, response: ServerResponse): void {
  try {
    if (answer.rawTrailers.length > 0) response.addTrailers(paired(answer.rawTrailers) as [string, string][])
  } catch {
    // Malformed trailers are left out: the answer itself is whole.
  }
  response.end()
}
