import type { IncomingMessage } from 'node:http'
import type { Attempt, GivenResponse, KeptRequest } from 'counterfoil'
import { paired, requestFields } from './fields.ts'
import { begin, pathAt, type Upstream } from './upstream.ts'

/** What is kept of a request: as the upstream got it, and so with whom it came from at first. */
export function keptFields(upstream: Upstream): (request: IncomingMessage) => KeptRequest['headers'] {
  return (request) => requestFields(request, upstream, true)
}

/**
 * Sends a kept request again, with nobody there to be answered. Where that breaks off it knows no more than before.
 *
 * @param limit bytes of an answer that are held; a larger one isn't kept, but read to its end
 */
export function resender(
  upstream: Upstream,
  limit: number,
): (request: KeptRequest, attempt: Attempt) => Promise<GivenResponse> {
  return async (request, attempt) => {
    try {
      return await send(upstream, request, limit, attempt.signal)
    } catch (error) {
      attempt.unknown()
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(`a kept request was sent again without an answer, and will be once more: ${why}`)
    }
  }
}

/** One whole request, and its whole answer. @throws {Error} what broke, and no field or byte of either */
function send(
  upstream: Upstream,
  { method, target, headers, body }: KeptRequest,
  limit: number,
  signal: AbortSignal,
): Promise<GivenResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<GivenResponse>()
  const onwards = begin(
    upstream,
    { method, path: pathAt(upstream, target) },
    fieldsFor(upstream, headers, body),
  )
  const breakOff = (why: string) => (): void => {
    reject(new Error(why))
    onwards.destroy()
  }
  const timer = setTimeout(breakOff('the upstream did not answer in time'), upstream.timeoutMs)
  const stop = breakOff('the upstream had not answered when the attempt had to end')
  signal.addEventListener('abort', stop)
  onwards.on('error', reject)
  onwards.on('upgrade', (_answer, socket) => {
    socket.destroy()
    reject(new Error('the upstream asked for another protocol'))
  })
  onwards.on('response', (answer) => {
    clearTimeout(timer)
    const chunks: Buffer[] = []
    let size = 0
    answer.on('data', (chunk: Buffer) => {
      if (size <= limit) chunks.push(chunk)
      size += chunk.length
    })
    answer.on('error', reject)
    answer.on('end', () => {
      const { statusCode: status = 0, rawHeaders } = answer
      resolve({ status, headers: paired(rawHeaders), body: Buffer.concat(chunks) })
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
  const others = kept.filter(([name]) => !['host', 'content-length', 'trailer'].includes(name.toLowerCase()))
  return [['Host', url.host], ...others, ['Content-Length', String(body.length)]]
}
