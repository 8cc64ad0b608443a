import type { WireHead, WireLines } from './wire.ts'

/** What a replay leaves out: of one connection (RFC 9110, section 7.6.1), one exchange or one caller. */
const ownToEach =
  /^(connection|keep-alive|proxy-connection|proxy-authenticate|te|trailer|transfer-encoding|upgrade|date|set-cookie|www-authenticate|access-control-.*|ratelimit(-.*)?|server-timing|idempotent-replayed)$/i

export function keptOf({ lines }: Pick<WireHead, 'lines'>): WireLines {
  return lines.filter(([name]) => !ownToEach.test(name))
}
