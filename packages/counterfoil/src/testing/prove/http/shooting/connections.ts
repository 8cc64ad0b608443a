import { once } from 'node:events'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, checkServerIdentity, connect as connectSecurely } from 'node:tls'
import { Wire } from '../../../wire.ts'
import type { Destination } from './shot.ts'

const CONNECTS_WITHIN_MS = 10_000

/** One connection, as one of a process's callers has it. */
export interface Connection {
  readonly name: string
  readonly socket: Socket
  readonly wire: Wire
}

/** A process's connections: those that are free, kept for the next request. */
export class Connections {
  readonly #destination: Destination
  readonly #index: number
  #free: Connection[] = []
  #opened = 0

  constructor(destination: Destination, index: number) {
    this.#destination = destination
    this.#index = index
  }

  /** A free one that still stands, or a new one. Rejects where none can be had. */
  async take(): Promise<Connection> {
    for (let free = this.#free.shift(); free !== undefined; free = this.#free.shift()) {
      if (free.wire.idle) return free
      free.wire.leave()
    }
    return this.#open()
  }

  giveBack(connection: Connection, reusable: boolean): void {
    if (reusable && this.#destination.connections === 'reuse' && connection.wire.idle)
      this.#free.push(connection)
    else connection.wire.leave()
  }

  async #open(): Promise<Connection> {
    this.#opened += 1
    const name = `process ${this.#index + 1}, connection ${this.#opened}`
    const socket = await connected(this.#destination)
    socket.setNoDelay(true)
    return { name, socket, wire: Wire.over(socket, this.#destination.answerWithinMs) }
  }
}

/** Ready to send: with TLS, after its handshake. */
async function connected({ address: host, port, secureAs }: Destination): Promise<Socket> {
  const socket =
    secureAs === null
      ? connectPlain({ host, port })
      : connectSecurely({ host, port, ALPNProtocols: ['http/1.1'], ...certifiedFor(secureAs) })
  try {
    const signal = AbortSignal.timeout(CONNECTS_WITHIN_MS)
    await once(socket, secureAs === null ? 'connect' : 'secureConnect', { signal })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** An address can't be asked for by name (RFC 6066, section 3); the certificate is held to it all the same. */
function certifiedFor(name: string): ConnectionOptions {
  if (isIP(name) === 0) return { servername: name }
  return { checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate) }
}
