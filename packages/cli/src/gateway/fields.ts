import type { IncomingMessage } from 'node:http'

export type Lines = readonly (readonly [name: string, value: string])[]

/** Names and values in turn, as Node and undici have them: quicker to go through than lines. */
export type Raw = readonly string[]

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

export function paired(raw: Raw): Lines {
  const lines: [string, string][] = []
  for (let n = 0; n < raw.length; n += 2) lines.push([raw[n] as string, raw[n + 1] as string])
  return lines
}

/**
 * What goes on to the other side.
 *
 * @param tenantHeader in lower case; no `Connection` takes it out either
 * @param leaves whether this side leaves a field out, by its name in lower case
 */
export function onward(raw: Raw, leaves: (lower: string) => boolean, tenantHeader?: string): string[] {
  const named = namedByConnection(raw)
  const kept: string[] = []
  for (let n = 0; n < raw.length; n += 2) {
    const name = raw[n] as string
    const lower = name.toLowerCase()
    if (ofTheConnection.has(lower) || lower === MARK || leaves(lower)) continue
    if (named?.includes(lower) && !neverOfTheConnection.has(lower) && lower !== tenantHeader) continue
    kept.push(name, raw[n + 1] as string)
  }
  return kept
}

function namedByConnection(raw: Raw): readonly string[] | undefined {
  let named: string[] | undefined
  for (let n = 0; n < raw.length; n += 2) {
    if (!isCalled(raw[n] as string, 'connection')) continue
    named ??= []
    for (const token of (raw[n + 1] as string).split(',')) named.push(token.trim().toLowerCase())
  }
  return named
}

/** @param name in lower case */
function isCalled(field: string, name: string): boolean {
  // Most names differ in length: no need to look at their spelling.
  return field.length === name.length && field.toLowerCase() === name
}

/**
 * A request's fields as the upstream gets them: the caller's own, and by whom it came.
 *
 * @param plain ask for bytes that any retry can read, whatever this caller could
 */
export function rawRequestFields(
  request: IncomingMessage,
  { url, tenantHeader }: { readonly url: URL; readonly tenantHeader: string | undefined },
  plain: boolean,
): string[] {
  const { remoteAddress = 'unknown' } = request.socket
  const { headers, rawHeaders } = request
  const leaves = (lower: string): boolean => {
    switch (lower) {
      // Of one hop, or said anew below.
      case 'host':
      case 'expect':
      case 'x-forwarded-for':
        return true
      case 'trailer':
        return !mayHaveTrailers(request)
      case 'accept-encoding':
        return plain
      default:
        return false
    }
  }
  const before = headers['x-forwarded-for']
  const fields = ['Host', url.host, ...onward(rawHeaders, leaves, tenantHeader)]
  if (plain) fields.push('Accept-Encoding', 'identity')
  fields.push('X-Forwarded-For', before === undefined ? remoteAddress : `${String(before)}, ${remoteAddress}`)
  if (headers['x-forwarded-host'] === undefined) fields.push('X-Forwarded-Host', headers.host ?? '')
  if (headers['x-forwarded-proto'] === undefined) fields.push('X-Forwarded-Proto', 'http')
  return fields
}

/** The same as lines. */
export function requestFields(...of: Parameters<typeof rawRequestFields>): Lines {
  return paired(rawRequestFields(...of))
}

/** Only a body in chunks can (RFC 9110, section 6.5.1). */
export function mayHaveTrailers({ method = '', headers }: IncomingMessage): boolean {
  const bodiless = method === 'GET' || method === 'HEAD'
  return headers.trailer !== undefined && headers['transfer-encoding'] !== undefined && !bodiless
}

/** Whether its body comes in chunks or not at all; what else it was coded in would be lost on the way. */
export function isPlainlyFramed(raw: Raw): boolean {
  for (let n = 0; n < raw.length; n += 2) {
    const coded = isCalled(raw[n] as string, 'transfer-encoding')
    if (coded && (raw[n + 1] as string).trim().toLowerCase() !== 'chunked') return false
  }
  return true
}

export function isCoded(raw: Raw): boolean {
  for (let n = 0; n < raw.length; n += 2) if (isCalled(raw[n] as string, 'transfer-encoding')) return true
  return false
}
