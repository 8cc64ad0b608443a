import { createHash } from 'node:crypto'
import { request as send } from 'node:http'

export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

export interface Received {
  readonly status: number
  readonly reason: string
  /** As they came over the wire. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
  readonly sha256: string
  field(name: string): string | undefined
  json(): unknown
}

/** One request on a connection of its own, with no field but what is asked for. */
export function ask(port: number, sent: Sent): Promise<Received> {
  const { method = 'POST', path = '/charges', headers = [], body, signal } = sent
  return new Promise((resolve, reject) => {
    const request = send({ port, method, path, agent: false, ...(signal ? { signal } : {}) }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('aborted', () => reject(new Error('the response broke off')))
      response.on('end', () =>
        resolve(
          received(
            response.statusCode ?? 0,
            response.statusMessage ?? '',
            response.rawHeaders,
            Buffer.concat(chunks),
          ),
        ),
      )
    })
    request.on('error', reject)
    const names = new Set(headers.map(([name]) => name))
    for (const name of names) {
      const values = headers.filter(([of]) => of === name).map(([, value]) => value)
      request.setHeader(name, values.length === 1 ? (values[0] as string) : values)
    }
    request.end(body)
  })
}

/** A JSON request under a key. */
export function json(key: string, value: unknown, more: Sent = {}): Sent {
  return {
    ...more,
    headers: [['Content-Type', 'application/json'], ['Idempotency-Key', key], ...(more.headers ?? [])],
    body: typeof value === 'string' ? value : JSON.stringify(value),
  }
}

function received(status: number, reason: string, raw: readonly string[], body: Buffer): Received {
  const headers = Array.from(
    { length: raw.length / 2 },
    (_, n) => [raw[2 * n], raw[2 * n + 1]] as [string, string],
  )
  return {
    status,
    reason,
    headers,
    body,
    sha256: createHash('sha256').update(body).digest('hex'),
    field: (name) => headers.find(([of]) => of.toLowerCase() === name.toLowerCase())?.[1],
    json: () => JSON.parse(body.toString()),
  }
}

/** Those that a replay gives back: all but what belongs to one connection or one exchange, and the mark. */
export function kept({ headers }: Received): readonly (readonly [string, string])[] {
  const own = ['date', 'connection', 'keep-alive', 'transfer-encoding', 'idempotent-replayed']
  return headers.filter(([name]) => !own.includes(name.toLowerCase()))
}
