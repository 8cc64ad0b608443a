import { keptOf } from '../../src/testing/own-to-each.ts'
import { fieldOf, Wire, type WireLines, type WireResponse } from '../../src/testing/wire.ts'

export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: WireLines
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

export interface Received extends WireResponse {
  readonly reason: string
  field(name: string): string | undefined
  json(): unknown
}

/** One request on a connection of its own, with no field but its framing and what is asked for. */
export async function ask(port: number, sent: Sent): Promise<Received> {
  const { method = 'POST', path = '/charges', headers = [], body = '', signal } = sent
  const wire = await Wire.open(port)
  const left = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => {
      wire.leave()
      reject(signal.reason)
    })
  })
  const lines: WireLines = [
    ['Host', 'service'],
    ...headers,
    ['Content-Length', String(Buffer.byteLength(body))],
  ]
  wire.write(`${method} ${path} HTTP/1.1\r\n${lines.map((line) => `${line.join(': ')}\r\n`).join('')}\r\n`)
  wire.write(Buffer.from(body as string))
  try {
    const response = await Promise.race([wire.response(method), left])
    return {
      ...response,
      reason: response.statusLine.split(' ').slice(2).join(' '),
      field: (name) => fieldOf(response, name.toLowerCase()),
      json: () => JSON.parse(response.body.toString()),
    }
  } finally {
    wire.leave()
  }
}

/** A JSON request under a key. */
export function json(key: string, value: unknown, more: Sent = {}): Sent {
  return {
    ...more,
    headers: [['Content-Type', 'application/json'], ['Idempotency-Key', key], ...(more.headers ?? [])],
    body: typeof value === 'string' ? value : JSON.stringify(value),
  }
}

/** The field lines that a replay gives back. */
export function kept(response: Received): WireLines {
  return keptOf(response)
}
