import type { WireLines } from '../wire.ts'
import { encodedScript, type Script } from './script.ts'

/** A request; what is left out is as in every other. */
export interface Sent {
  readonly method?: string
  readonly target?: string
  /** The field's value as it goes over the wire; `null`: no such field. */
  readonly key?: string | null
  readonly type?: string | null
  readonly tenant?: string
  readonly lines?: WireLines
  readonly body?: string | Uint8Array | null
  readonly framing?: 'length' | 'chunked'
  /** `behind`: past the first proxy, to the second. */
  readonly to?: 'front' | 'behind'
}

export function requestBytes(script: Script, ownKey: string, sent: Sent): Buffer {
  const { body = '{"amount":5,"to":"x"}', framing = 'length' } = sent
  const bytes = body === null ? null : Buffer.from(body as string)
  const head = Buffer.from(requestHead(script, ownKey, sent, bytes?.length ?? null), 'latin1')
  if (bytes === null) return head
  return Buffer.concat([head, ...(framing === 'chunked' ? inChunks(bytes) : [bytes])])
}

/** @param length of the body that follows it; `null`: none does */
export function requestHead(script: Script, ownKey: string, sent: Sent, length: number | null): string {
  const { method = 'POST', target = '/charges', key = ownKey, type = 'application/json' } = sent
  const framing: WireLines =
    length === null
      ? []
      : sent.framing === 'chunked'
        ? [['Transfer-Encoding', 'chunked']]
        : [['Content-Length', String(length)]]
  const lines: WireLines = [
    ['Host', 'service.example'],
    ['X-Script', encodedScript(script)],
    ['X-Tenant', sent.tenant ?? 'acme'],
    ...(key === null ? [] : [['Idempotency-Key', key] as const]),
    ...(type === null || length === null ? [] : [['Content-Type', type] as const]),
    ...(sent.lines ?? []),
    ...framing,
  ]
  return `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** Two of them, where there is more than a byte. */
function inChunks(bytes: Buffer): Buffer[] {
  const half = Math.ceil(bytes.length / 2)
  return [bytes.subarray(0, half), bytes.subarray(half), Buffer.alloc(0)].flatMap((chunk, at) =>
    chunk.length === 0 && at < 2
      ? []
      : [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')],
  )
}
