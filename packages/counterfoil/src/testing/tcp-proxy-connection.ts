import type { Socket } from 'node:net'
import type { FaultEffect, FaultPoint, ProxiedMessage, TcpFault } from './tcp-fault.ts'

/** A fault, as the connection that it meets sees it. */
export interface StrikingFault extends TcpFault {
  readonly effect: FaultEffect
  readonly released: Promise<void>
  strikes(): void
}

interface Terms {
  faultFor(message: ProxiedMessage): { readonly at: FaultPoint; readonly striking: StrikingFault } | undefined
  closed(): void
}

/** One client's connection through the proxy, and the one to the server that belongs to it. */
export class ProxiedConnection {
  readonly #number: number
  readonly #client: Socket
  readonly #server: Socket
  readonly #terms: Terms
  #messages = 0
  #blackHole = false
  #held = false
  /** Meets the server's next answer. */
  #onAnswer: StrikingFault | undefined

  constructor(number: number, client: Socket, server: Socket, terms: Terms) {
    this.#number = number
    this.#client = client
    this.#server = server
    this.#terms = terms
    client.setNoDelay()
    server.setNoDelay()
    client.on('data', (bytes) => this.#fromClient(bytes))
    server.on('data', (bytes) => this.#fromServer(bytes))
    this.#bind(client, server)
    this.#bind(server, client)
  }

  /** Both ends see it close. */
  cut(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  /** @param goOn what passes on once the fault lets go of the connection; it may never do so. */
  strike(fault: StrikingFault, goOn: () => void): void {
    fault.strikes()
    if (fault.effect === 'cut') this.cut()
    else if (fault.effect === 'black_hole') this.#blackHole = true
    else this.#hold(fault, goOn)
  }

  #fromClient(bytes: Buffer): void {
    if (this.#blackHole) return
    this.#messages += 1
    const met = this.#terms.faultFor({ bytes, connection: this.#number, number: this.#messages })
    if (met === undefined) this.#pass(bytes, this.#client, this.#server)
    else this.#meet(bytes, met.at, met.striking)
  }

  #meet(bytes: Buffer, at: FaultPoint, fault: StrikingFault): void {
    switch (at) {
      case 'before':
        this.strike(fault, () => this.#server.write(bytes))
        break
      case 'inside':
        this.#passHalf(bytes, (rest) => this.strike(fault, () => this.#server.write(rest)))
        break
      case 'sent':
        this.#server.write(bytes, () => this.strike(fault, () => {}))
        break
      case 'answered':
        this.#onAnswer = fault
        this.#server.write(bytes)
    }
  }

  /** Nothing comes between the halves. */
  #passHalf(bytes: Buffer, then: (rest: Buffer) => void): void {
    const half = bytes.length >> 1
    this.#client.pause()
    this.#server.write(bytes.subarray(0, half), () => {
      this.#client.resume()
      then(bytes.subarray(half))
    })
  }

  #fromServer(bytes: Buffer): void {
    if (this.#blackHole) return
    const fault = this.#onAnswer
    this.#onAnswer = undefined
    if (fault === undefined) this.#pass(bytes, this.#server, this.#client)
    else this.strike(fault, () => this.#client.write(bytes))
  }

  #hold({ effect, released, release }: StrikingFault, goOn: () => void): void {
    if (typeof effect === 'object') setTimeout(release, effect.delayMs)
    this.#held = true
    this.#client.pause()
    this.#server.pause()
    released.then(() => {
      this.#held = false
      goOn()
      this.#client.resume()
      this.#server.resume()
    })
  }

  #bind(socket: Socket, other: Socket): void {
    // What goes wrong on it also closes it.
    socket.on('error', () => {})
    socket.on('close', () => {
      if (!this.#blackHole) other.end()
      if (other.closed) this.#terms.closed()
    })
  }

  #pass(bytes: Buffer, from: Socket, to: Socket): void {
    if (to.write(bytes)) return
    from.pause()
    to.once('drain', () => this.#held || from.resume())
  }
}
