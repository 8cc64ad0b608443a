import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { paired } from './fields.ts'
import { begin, type Upstream } from './upstream.ts'

/**
 * `dispatch` by `node:http`, for what undici's own can't do: a target that is no path, trailers of a request, and an
 * upstream that sends 100s unasked. The handler hears the same.
 *
 * @returns gives it up, also before it has a connection
 */
export function dispatchByNode(
  upstream: Upstream,
  { method, path, headers, body }: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
): () => void {
  const incoming = body as IncomingMessage | Buffer | Readable | null
  const lines = paired(headers as string[])
  const hasLength = lines.some(([name]) => name.toLowerCase() === 'content-length')
  const chunked = incoming instanceof Readable && !hasLength
  const onwards = begin(
    upstream,
    { method, path },
    chunked ? [...lines, ['Transfer-Encoding', 'chunked']] : lines,
  )
  const giveUp = (): void => void onwards.destroy()
  let answer: IncomingMessage | undefined
  const controller = {
    rawHeaders: [] as Buffer[],
    rawTrailers: [] as Buffer[],
    aborted: false,
    paused: false,
    reason: null,
    abort: (reason: Error) => void onwards.destroy(reason),
    pause: () => void answer?.pause(),
    resume: () => void answer?.resume(),
  }
  onwards.on('socket', (socket) => {
    const started = (): void => handler.onRequestStart?.(controller, null)
    socket.once(upstream.url.protocol === 'https:' ? 'secureConnect' : 'connect', started)
  })
  onwards.on('information', ({ statusCode, rawHeaders }) => {
    controller.rawHeaders = bytesOf(rawHeaders)
    handler.onResponseStart?.(controller, statusCode, {})
  })
  const broke = (error: Error): void => handler.onResponseError?.(controller, error)
  onwards.on('error', broke)
  // Nobody asked for another protocol.
  onwards.on('upgrade', (_answer, socket) => {
    socket.destroy()
    broke(new Error('the upstream asked for another protocol'))
  })
  onwards.on('response', (begun) => {
    answer = begun
    controller.rawHeaders = bytesOf(begun.rawHeaders)
    handler.onResponseStart?.(controller, begun.statusCode ?? 0, {}, begun.statusMessage)
    begun.on('data', (chunk: Buffer) => handler.onResponseData?.(controller, chunk))
    begun.on('error', broke)
    begun.on('end', () => {
      controller.rawTrailers = bytesOf(begun.rawTrailers)
      if (begun.complete) handler.onResponseEnd?.(controller, {})
    })
    // A reset tells the request first; what has no length of its own looks whole after it.
    begun.on('close', () => {
      if (!begun.complete) broke(new Error('the answer broke off'))
    })
  })
  if (!(incoming instanceof Readable)) {
    onwards.end(incoming ?? undefined)
    return giveUp
  }
  incoming.once('error', broke)
  incoming.pipe(onwards, { end: false })
  incoming.on('end', () => {
    const { rawTrailers = [] } = incoming as Partial<IncomingMessage>
    if (chunked) onwards.addTrailers(paired(rawTrailers) as [string, string][])
    onwards.end()
  })
  return giveUp
}

function bytesOf(raw: readonly string[]): Buffer[] {
  return raw.map((part) => Buffer.from(part, 'latin1'))
}
