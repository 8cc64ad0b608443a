import type { IncomingMessage } from 'node:http'

export type Lines = readonly (readonly [name: string, value: string])[]

/** Of one connection (RFC 9110, section 7.6.1), beside what its own `Connection` field names. */
const ofTheConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** No `Connection` field takes these out: a request must not lose its key, its caller or its length on the way. */
const neverOfTheConnection = new Set([
  'idempotency-key',
  'authorization',
  'cookie',
  'host',
  'content-length',
  'content-type',
  'forwarded',
  'x-api-key',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
])

/** Marks replays; whoever else says it is not believed. */
const MARK = 'idempotent-replayed'

export function paired(raw: readonly string[]): Lines {
  const lines: [string, string][] = []
  for (let n = 0; n < raw.length; n += 2) lines.push([raw[n] as string, raw[n + 1] as string])
  return lines
}

/** What goes on to the other side. @param tenantHeader in lower case; no `Connection` takes it out either */
export function onward(lines: Lines, tenantHeader?: string): Lines {
  const named = namedByConnection(lines)
  return lines.filter(([name]) => {
    const lower = name.toLowerCase()
    if (ofTheConnection.has(lower) || lower === MARK) return false
    return !named.includes(lower) || neverOfTheConnection.has(lower) || lower === tenantHeader
  })
}

function namedByConnection(lines: Lines): readonly string[] {
  const named: string[] = []
  for (const [name, value] of lines) {
    if (name.length !== 'connection'.length || name.toLowerCase() !== 'connection') continue
    for (const token of value.split(',')) named.push(token.trim().toLowerCase())
  }
  return named
}

/** Of one hop, or said anew below. */
const replaced = new Set(['host', 'expect', 'x-forwarded-for'])

/**
 * A request's fields as the upstream gets them: the caller's own, and by whom it came.
 *
 * @param plain ask for bytes that any retry can read, whatever this caller could
 */
export function requestFields(
  request: IncomingMessage,
  { url, tenantHeader }: { readonly url: URL; readonly tenantHeader: string | undefined },
  plain: boolean,
): Lines {
  const { remoteAddress = 'unknown' } = request.socket
  const kept = onward(paired(request.rawHeaders), tenantHeader).filter(([name]) => {
    const lower = name.toLowerCase()
    if (lower === 'trailer') return mayHaveTrailers(request)
    return !replaced.has(lower) && !(plain && lower === 'accept-encoding')
  })
  const before = request.headers['x-forwarded-for']
  return [
    ['Host', url.host],
    ...kept,
    ...(plain ? [['Accept-Encoding', 'identity'] as const] : []),
    ['X-Forwarded-For', before === undefined ? remoteAddress : `${String(before)}, ${remoteAddress}`],
    ...added(request, 'X-Forwarded-Host', request.headers.host ?? ''),
    ...added(request, 'X-Forwarded-Proto', 'http'),
  ]
}

/** Only a body in chunks can (RFC 9110, section 6.5.1). */
export function mayHaveTrailers({ method = '', headers }: IncomingMessage): boolean {
  const bodiless = method === 'GET' || method === 'HEAD'
  return headers.trailer !== undefined && headers['transfer-encoding'] !== undefined && !bodiless
}

/** Whether its body comes in chunks or not at all; what else it was coded in would be lost on the way. */
export function isPlainlyFramed(lines: Lines): boolean {
  return lines.every(
    ([name, value]) => name.toLowerCase() !== 'transfer-encoding' || value.trim().toLowerCase() === 'chunked',
  )
}

function added({ headers }: IncomingMessage, name: string, value: string): Lines {
  return headers[name.toLowerCase()] === undefined ? [[name, value]] : []
}
