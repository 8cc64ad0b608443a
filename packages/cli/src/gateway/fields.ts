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
  return Array.from({ length: raw.length / 2 }, (_, n) => [raw[2 * n], raw[2 * n + 1]] as [string, string])
}

/** What goes on to the other side. @param tenantHeader in lower case; no `Connection` takes it out either */
export function onward(lines: Lines, tenantHeader?: string): Lines {
  const named = lines
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()))
    .filter((name) => !neverOfTheConnection.has(name) && name !== tenantHeader)
  const out = new Set([...ofTheConnection, ...named, MARK])
  return lines.filter(([name]) => !out.has(name.toLowerCase()))
}

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
  const replaced = ['host', 'expect', 'x-forwarded-for', ...(plain ? ['accept-encoding'] : [])]
  const lines = onward(paired(request.rawHeaders), tenantHeader)
  const kept = lines.filter(([name]) => !replaced.includes(name.toLowerCase()))
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

function added({ headers }: IncomingMessage, name: string, value: string): Lines {
  return headers[name.toLowerCase()] === undefined ? [[name, value]] : []
}
