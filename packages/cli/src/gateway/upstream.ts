import { type ClientRequest, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { buildConnector, Pool } from 'undici'
import type { Lines } from './fields.ts'

export interface Upstream {
  readonly url: URL
  readonly pool: Pool
  readonly resets: Resets
  readonly timeoutMs: number
  /** It sends 100s that nobody asked for, which undici's dispatch can't take. */
  continuesUnasked: boolean
  /** Told why there was no answer, which callers are not. */
  readonly report: (error: Error) => void
  /** The field that names the tenant, in lower case: it goes on, whatever a caller's `Connection` says. */
  readonly tenantHeader: string | undefined
}

/** Whether a connection to the upstream is breaking right now, which an answer that ends with it can't tell. */
export class Resets {
  #now = false

  get now(): boolean {
    return this.#now
  }

  readonly begin = (): void => {
    this.#now = true
    process.nextTick(() => {
      this.#now = false
    })
  }
}

export function openUpstream(
  url: URL,
  { timeoutMs, tenantHeader, report }: Pick<Upstream, 'timeoutMs' | 'tenantHeader' | 'report'>,
): Upstream {
  const resets = new Resets()
  const connector = buildConnector({ timeout: timeoutMs })
  const pool = new Pool(url.origin, {
    // The times that may pass are the gateway's own affair, from the first byte to the last.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Sooner than upstreams end idle connections: what goes out on one that is just ending is in doubt.
    keepAliveTimeout: 1000,
    connect(options, done) {
      connector(options, (...made) => {
        // Before undici's own listener, which ends the answer.
        made[1]?.on('error', resets.begin)
        done(...made)
      })
    },
  })
  return { url, pool, resets, timeoutMs, tenantHeader, report, continuesUnasked: false }
}

/** A request to the upstream on a connection of its own, with these fields and no others, and nothing of it sent yet. */
export function begin(
  { url }: Upstream,
  { method, path }: { readonly method: string; readonly path: string },
  fields: Lines,
): ClientRequest {
  const send = url.protocol === 'https:' ? overHttps : overHttp
  return send({
    protocol: url.protocol,
    // Without the brackets of an IPv6 address, which belong to URLs.
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    method,
    path,
    headers: fields.flat() as unknown as Record<string, string>,
    agent: false,
  })
}

/** A target below the upstream's own path. */
export function pathAt({ url }: Upstream, target: string): string {
  return target === '*' ? target : `${baseOf(url)}${target}`
}

/**
 * A request's target as path and query, which is how it goes on and names its operation: of a whole URL, as a proxy may
 * be sent (RFC 9112, section 3.2.2), those. `undefined` where it is none, or leads out of the upstream's own path.
 */
export function targetOf(received: string, { url }: Pick<Upstream, 'url'>): string | undefined {
  if (received === '*') return received
  const whole = received.startsWith('/') ? null : URL.parse(received)
  const target = whole ? whole.pathname + whole.search : received
  if (!target.startsWith('/') || target.includes('#')) return undefined
  const [path = ''] = target.split('?', 1)
  return baseOf(url) !== '' && /(?:^|[/\\])(?:\.|%2e){2}(?:[/\\;]|%2f|%5c|$)/i.test(path) ? undefined : target
}

function baseOf({ pathname }: URL): string {
  return pathname.replace(/\/$/, '')
}
