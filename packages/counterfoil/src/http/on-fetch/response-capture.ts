import type { Captured } from '../endings.ts'
import { REPLAYED } from '../field-lines.ts'
import { joined } from './request-body.ts'

type Streamed = Extract<Captured, { kind: 'streamed' }>

/** A response's bytes, held back; or, of an event stream or past the limit, a response that goes out as it comes. */
export type Capture =
  | { readonly kind: 'held'; readonly captured: Extract<Captured, { kind: 'response' }> }
  | { readonly kind: 'streaming'; readonly response: Response; readonly captured: Promise<Streamed> }

/** @throws what the body's stream throws, before anything has gone out */
export async function capture(made: Response, limit: number): Promise<Capture> {
  const response = withoutMark(made)
  const { status } = response
  if (status < 200) throw new TypeError('the handler answered with Response.error(), which cannot be sent')
  const head = { status, headers: [...response.headers] as [string, string][] }
  if (response.body === null) {
    return { kind: 'held', captured: { kind: 'response', ...head, body: new Uint8Array() } }
  }
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  const streams = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')
  while (!streams && size <= limit) {
    const { done, value } = await reader.read()
    if (!done) assertBytes(value)
    if (done) return { kind: 'held', captured: { kind: 'response', ...head, body: joined(chunks, size) } }
    chunks.push(value)
    size += value.length
  }
  const why = streams ? 'streamed' : 'too_large'
  const { stream, whole } = onwards(chunks, reader)
  return {
    kind: 'streaming',
    response: new Response(stream, response),
    captured: whole.then((whole) => ({ kind: 'streamed', ...head, why, whole })),
  }
}

function assertBytes(chunk: unknown): void {
  if (!(chunk instanceof Uint8Array))
    throw new TypeError(`a body's stream must give bytes, not ${typeof chunk}`)
}

/** Only we mark replays. */
function withoutMark(response: Response): Response {
  if (!response.headers.has(REPLAYED)) return response
  const unmarked = new Response(response.body, response)
  unmarked.headers.delete(REPLAYED)
  return unmarked
}

/** What was read and what comes; if the caller leaves, it is read to its end all the same. */
function onwards(
  chunks: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): { stream: ReadableStream<Uint8Array>; whole: Promise<boolean> } {
  const { promise: whole, resolve } = Promise.withResolvers<boolean>()
  const next = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await reader.read()
    if (done) resolve(true)
    return value
  }
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      let chunk: Uint8Array | undefined
      try {
        chunk = chunks.shift() ?? (await next())
      } catch (error) {
        resolve(false)
        controller.error(error)
        return
      }
      // Where the caller has left meanwhile this throws at nobody, and the source is read to its end below.
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
    cancel() {
      const drain = async (): Promise<void> => {
        while (await next());
      }
      drain().catch(() => resolve(false))
    },
  })
  return { stream, whole }
}

/** A captured response as one to send. Some statuses can't have a body, not even an empty one. */
export function responseOf({
  status,
  headers,
  body,
}: {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array
}): Response {
  const without = status === 204 || status === 205 || status === 304
  return new Response(without ? null : new Uint8Array(body), {
    status,
    headers: headers as [string, string][],
  })
}
