/** The upstream: bare sockets, and one answer. It reads no more of a request than where it ends. */
import { createServer, type Socket } from 'node:net'
import { chargeCard } from '../../payload.ts'
import { listen } from '../apps/listening.ts'

const body = JSON.stringify(await chargeCard())
const answer = Buffer.from(
  `HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
)

listen(
  createServer((socket: Socket) => {
    let came: Buffer | undefined
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('data', (piece: Buffer) => {
      came = came === undefined ? piece : Buffer.concat([came, piece])
      if (came.length < lengthOf(came)) return
      came = undefined
      socket.write(answer)
    })
  }),
)

/** Of the request that these bytes begin. */
function lengthOf(bytes: Buffer): number {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return Number.POSITIVE_INFINITY
  const head = bytes.toString('latin1', 0, headEnd + 2)
  const length = /\r\ncontent-length: ?(\d+)\r\n/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`a request without a length: ${head}`)
  return headEnd + 4 + Number(length)
}
