import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import type { Duplex } from 'node:stream'
import { onward, paired, requestFields } from './fields.ts'
import { hostOf, pathBelow, type Upstream } from './forward.ts'

/** A connection that becomes another protocol's, such as WebSocket: both ends are joined, and nothing is looked at. */
export function upgrade({ url }: Upstream, incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
  // Only a GET becomes another protocol: a request with an effect must not slip by its key as an upgrade.
  if (incoming.method !== 'GET') {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    return
  }
  const send = url.protocol === 'https:' ? overHttps : overHttp
  const fields = requestFields(incoming, { upstreamHost: url.host, plain: false })
  const lines = [...fields, ['Connection', 'Upgrade'], ['Upgrade', incoming.headers.upgrade ?? '']] as const
  const onwards = send({
    protocol: url.protocol,
    hostname: hostOf(url),
    port: url.port,
    method: incoming.method ?? 'GET',
    path: pathBelow(url, incoming.url ?? '/'),
    headers: lines.flat() as unknown as Record<string, string>,
  })
  socket.on('error', () => onwards.destroy())
  onwards.on('error', () => socket.destroy())
  onwards.on('upgrade', (answer, other, rest) => {
    socket.write(headText(answer, paired(answer.rawHeaders)))
    other.on('error', () => socket.destroy())
    socket.on('error', () => other.destroy())
    if (rest.length > 0) socket.write(rest)
    if (head.length > 0) other.write(head)
    other.pipe(socket).pipe(other)
  })
  onwards.on('response', (answer) => {
    socket.write(headText(answer, [...onward(paired(answer.rawHeaders)), ['Connection', 'close']]))
    answer.pipe(socket)
  })
  onwards.end()
}

function headText(
  { statusCode, statusMessage }: IncomingMessage,
  lines: readonly (readonly [string, string])[],
): string {
  const fields = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${fields}\r\n`
}
