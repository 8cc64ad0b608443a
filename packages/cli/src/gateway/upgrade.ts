import type { IncomingMessage } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { onward, paired, requestFields } from './fields.ts'
import { begin, pathAt, targetOf, type Upstream } from './upstream.ts'

/**
 * Only WebSocket: HTTP/2 by an upgrade would be a tunnel past the gateway, and a request with an effect must not slip by
 * its key. Whatever else asks for another protocol is answered in this one (RFC 9110, section 7.8).
 */
export function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

const ofABody = ['content-length', 'transfer-encoding', 'trailer']

/** A connection that becomes another protocol's: both ends are joined, and nothing is looked at. */
export function upgrade(upstream: Upstream, incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
  const target = targetOf(incoming.url ?? '/', upstream)
  // Node 22 asks nobody whether to upgrade.
  if (target === undefined || !isWebSocket(incoming)) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    return
  }
  const fields = requestFields(incoming, upstream, false).filter(
    ([name]) => !ofABody.includes(name.toLowerCase()),
  )
  const lines = [...fields, ['Connection', 'Upgrade'], ['Upgrade', 'websocket']] as const
  let answered = false
  const onwards = begin(upstream, { method: 'GET', path: pathAt(upstream, target) }, lines)
  const timer = setTimeout(
    () => onwards.destroy(new Error('the upstream did not answer in time')),
    upstream.timeoutMs,
  )
  const leave = (): void => {
    clearTimeout(timer)
    onwards.destroy()
    socket.destroy()
  }
  socket.on('error', leave)
  socket.on('close', leave)
  onwards.on('error', () => {
    if (!answered) socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    else leave()
  })
  onwards.on('upgrade', (answer, other, rest) => {
    answered = true
    clearTimeout(timer)
    socket.write(headText(answer, paired(answer.rawHeaders)))
    if (rest.length > 0) socket.write(rest)
    if (head.length > 0) other.write(head)
    pipeline(other, socket, other, leave)
  })
  onwards.on('response', (answer) => {
    answered = true
    clearTimeout(timer)
    socket.write(
      headText(answer, [...paired(onward(answer.rawHeaders, () => false)), ['Connection', 'close']]),
    )
    pipeline(answer, socket, leave)
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
