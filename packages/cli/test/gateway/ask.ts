import { createHash } from 'node:crypto'
import { type IncomingMessage, request as send } from 'node:http'

export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: readonly string[]
  readonly body?: string | Uint8Array
  /** Its body goes out in chunks, with no length. */
  readonly chunked?: true
  readonly signal?: AbortSignal
}

export interface Received {
  readonly status: number
  readonly raw: readonly string[]
  readonly body: Buffer
  readonly sha256: string
  readonly trailers: readonly string[]
  field(name: string): string | undefined
  json(): unknown
}

/** One request on a connection of its own; its fields as a raw list. */
export function ask(
  port: number,
  { method = 'POST', path = '/charges', headers = [], body, chunked, signal }: Sent,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const raw = ['Host', `127.0.0.1:${port}`, ...headers]
    if (chunked) raw.push('Transfer-Encoding', 'chunked')
    else if (body !== undefined) raw.push('Content-Length', String(Buffer.byteLength(body)))
    const fields = raw as unknown as Record<string, string>
    const request = send({ port, method, path, agent: false, headers: fields, ...(signal ? { signal } : {}) })
    request.on('response', (response) => resolve(received(response)))
    request.on('error', reject)
    request.end(body)
  })
}

export function keyed(key: string, body: string, more: Sent = {}): Sent {
  return {
    ...more,
    headers: ['Content-Type', 'application/json', 'Idempotency-Key', key, ...(more.headers ?? [])],
    body,
  }
}

async function received(response: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return {
    status: response.statusCode ?? 0,
    raw: response.rawHeaders,
    body,
    sha256: createHash('sha256').update(body).digest('hex'),
    trailers: response.rawTrailers,
    field: (name) => response.headers[name.toLowerCase()] as string | undefined,
    json: () => JSON.parse(body.toString()),
  }
}
