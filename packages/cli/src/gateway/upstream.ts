import { type Agent, type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import type { Lines } from './fields.ts'

export interface Upstream {
  readonly url: URL
  readonly agent: Agent
  readonly timeoutMs: number
  /** The field that names the tenant, in lower case: it goes on, whatever a caller's `Connection` says. */
  readonly tenantHeader: string | undefined
}

/** A request to the upstream, with these fields and no others, and nothing of it sent yet. */
export function begin(
  { url }: Upstream,
  incoming: Pick<IncomingMessage, 'method' | 'url'>,
  fields: Lines,
  agent: Agent | false,
): ClientRequest {
  const send = url.protocol === 'https:' ? overHttps : overHttp
  return send({
    protocol: url.protocol,
    // Without the brackets of an IPv6 address, which belong to URLs.
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    method: incoming.method ?? 'GET',
    path: incoming.url === '*' ? '*' : `${baseOf(url)}${incoming.url ?? '/'}`,
    headers: fields.flat() as unknown as Record<string, string>,
    agent,
  })
}

/**
 * A request's target as path and query, which is how it goes on and names its operation: of a whole URL, as a proxy may
 * be sent (RFC 9112, section 3.2.2), those. `undefined` where it is none, or leads out of the upstream's own path.
 */
export function targetOf(received: string, { url }: Upstream): string | undefined {
  if (received === '*') return received
  const whole = received.startsWith('/') ? null : URL.parse(received)
  const target = whole ? whole.pathname + whole.search : received
  if (!target.startsWith('/') || target.includes('#')) return undefined
  const [path = ''] = target.split('?', 1)
  return baseOf(url) !== '' && /\/(?:\.|%2e){2}(?:\/|$)/i.test(path) ? undefined : target
}

function baseOf({ pathname }: URL): string {
  return pathname.replace(/\/$/, '')
}
