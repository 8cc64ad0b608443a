import type { IncomingMessage } from 'node:http'
import type { Attempt, GivenResponse, KeptRequest } from 'counterfoil'
import { onward, paired, requestFields } from './fields.ts'
import { begin, type Upstream } from './upstream.ts'

/** What is kept of a request: as the upstream got it, and so with whom it came from at first. */
export function keptFields(upstream: Upstream): (request: IncomingMessage) => KeptRequest['headers'] {
  return (request) => requestFields(request, upstream, true)
}

/**
 * Sends a kept request again, with nobody there to be answered. It says of its attempt what forwarding says: nothing ran
 * where no connection could be made; where it broke off or timed out after that, nobody knows.
 *
 * @param limit bytes of an answer that are held; a larger one isn't kept, but read to its end
 */
export function resender(
  upstream: Upstream,
  limit: number,
): (request: KeptRequest, attempt: Attempt) => Promise<GivenResponse> {
  return async (request, attempt) => {
    const sent = await send(upstream, request, limit, attempt.signal)
    if (sent.kind === 'answered') return sent.response
    if (sent.kind === 'not_sent') attempt.notExecuted()
    else attempt.unknown()
    throw new Error(`a kept request was sent again, and the upstream ${sent.why}; it is tried again later`)
  }
}

type Sent =
  | { readonly kind: 'answered'; readonly response: GivenResponse }
  | { readonly kind: 'not_sent' | 'broke_off'; readonly why: string }

function send(
  upstream: Upstream,
  { method, target, headers, body }: KeptRequest,
  limit: number,
  signal: AbortSignal,
): Promise<Sent> {
  const { promise, resolve } = Promise.withResolvers<Sent>()
  const onwards = begin(upstream, { method, url: target }, fieldsFor(upstream, headers, body), upstream.agent)
  let connected = false
  const brokeOff = (why: string): void => {
    resolve(connected ? { kind: 'broke_off', why } : { kind: 'not_sent', why: 'could not be reached' })
    onwards.destroy()
  }
  const timer = setTimeout(() => brokeOff('did not answer in time'), upstream.timeoutMs)
  const stop = (): void => brokeOff('was still answering when the attempt had to end')
  signal.addEventListener('abort', stop)
  onwards.on('socket', (socket) => {
    if (!socket.connecting) connected = true
    // Nothing of a request goes out before that.
    else
      socket.once(upstream.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (connected = true))
  })
  onwards.on('upgrade', (_answer, socket) => {
    socket.destroy()
    brokeOff('asked for another protocol')
  })
  onwards.on('error', () => brokeOff('broke off'))
  onwards.on('response', (answer) => {
    clearTimeout(timer)
    const chunks: Buffer[] = []
    let size = 0
    answer.on('data', (chunk: Buffer) => {
      if (size <= limit) chunks.push(chunk)
      size += chunk.length
    })
    answer.on('error', () => brokeOff('broke off'))
    answer.on('close', () => {
      if (!answer.complete) return brokeOff('broke off')
      const { statusCode: status = 0, rawHeaders } = answer
      const response = { status, headers: onward(paired(rawHeaders)), body: Buffer.concat(chunks) }
      resolve({ kind: 'answered', response })
    })
  })
  onwards.end(body)
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  })
}

/** The upstream may have moved meanwhile; and the length is known, also of what came in chunks. */
function fieldsFor(
  { url }: Upstream,
  kept: KeptRequest['headers'],
  body: Uint8Array,
): KeptRequest['headers'] {
  const others = kept.filter(([name]) => !['host', 'content-length'].includes(name.toLowerCase()))
  return [['Host', url.host], ...others, ['Content-Length', String(body.length)]]
}
