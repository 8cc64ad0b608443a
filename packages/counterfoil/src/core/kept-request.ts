import { decodeOutcome, encodeOutcome } from './outcome-encoding.ts'

/** A request over HTTP as its receipt keeps it, for a re-run with nobody there. */
export interface KeptRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** The field lines in their order and spelling. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** As received: compressed, where it came so. */
  readonly body: Uint8Array
}

/** The first field line says who keeps it, and tells these bytes from any other value. */
const OWNER = 'Counterfoil-Operation'

/** Like a message of HTTP, which can be read by whoever looks at the receipt. @param by the operation that keeps it */
export function encodeKeptRequest(by: string, { method, target, headers, body }: KeptRequest): Uint8Array {
  const lines = [[OWNER, encodeURIComponent(by)], ...headers].map(([name, value]) => `${name}: ${value}\n`)
  const head = Buffer.from(`${method} ${target} HTTP/1.1\n${lines.join('')}\n`, 'latin1')
  return encodeOutcome({ kind: 'value', value: { form: 'bytes', bytes: Buffer.concat([head, body]) } })
}

/** `undefined` where the bytes are no request over HTTP that this version can read. */
export function decodeKeptRequest(bytes: Uint8Array): { by: string; request: KeptRequest } | undefined {
  try {
    return messageIn(bytes)
  } catch {
    return undefined
  }
}

function messageIn(bytes: Uint8Array): { by: string; request: KeptRequest } | undefined {
  const kept = decodeOutcome(bytes)
  if (kept.kind !== 'value' || kept.value.form !== 'bytes') return undefined
  const message = Buffer.from(kept.value.bytes.buffer, kept.value.bytes.byteOffset, kept.value.bytes.length)
  const end = message.indexOf('\n\n')
  const [start = '', owner, ...lines] = message.toString('latin1', 0, Math.max(0, end)).split('\n')
  const [, method, target] = /^(\S+) (\S+) HTTP\/1\.1$/.exec(start) ?? []
  const [name, by] = owner === undefined ? [] : lineOf(owner)
  if (method === undefined || target === undefined || name !== OWNER || by === undefined) return undefined
  const request = {
    method,
    target,
    headers: lines.map(lineOf),
    body: new Uint8Array(message.subarray(end + 2)),
  }
  return { by: decodeURIComponent(by), request }
}

function lineOf(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(': ')
  return [line.slice(0, colon), line.slice(colon + 2)]
}
