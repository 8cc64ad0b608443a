import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net'
import type { FaultEffect, PlannedFault, ProxiedMessage, TcpFault } from './tcp-fault.ts'
import { ProxiedConnection, type StrikingFault } from './tcp-proxy-connection.ts'

/** What has come through a proxy so far. */
export interface ProxyCounts {
  readonly connections: number
  /** From clients. */
  readonly messages: number
  /** Connections that a fault has met. */
  readonly struck: number
}

/** A TCP proxy before a database, which cuts, delays, holds or swallows what passes when a test says so. */
export interface TcpProxy {
  /** On 127.0.0.1. */
  readonly port: number
  readonly counts: ProxyCounts
  /** The URL of the server, with the proxy's address in place of the server's. */
  through(url: string): string
  /** Plans a fault for one message that is still to come. Of several that fit a message, the one planned first meets it. */
  plan(fault: PlannedFault): TcpFault
  /** Does it to every open connection at once, wherever its messages are. */
  strikeAll(effect: FaultEffect): TcpFault
  /** Cuts every connection and takes no more. */
  close(): Promise<void>
}

/**
 * Opens a proxy on a free port of 127.0.0.1.
 *
 * @example
 * const proxy = await openTcpProxy({ host: '127.0.0.1', port: 5432 })
 * const store = postgresStore(proxy.through(url))
 * proxy.plan({ at: 'answered', effect: 'cut', when: messageWith(Buffer.from(id, 'hex')) })
 */
export async function openTcpProxy(target: {
  readonly host: string
  readonly port: number
}): Promise<TcpProxy> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new ProxyOnServer(server, target)
}

class ProxyOnServer implements TcpProxy {
  readonly port: number
  readonly #server: Server
  readonly #connections = new Set<ProxiedConnection>()
  readonly #planned: { readonly fault: PlannedFault; readonly striking: StrikingFault }[] = []
  readonly #counts = { connections: 0, messages: 0, struck: 0 }

  constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (client) => this.#accept(client, dial(target.port, target.host)))
  }

  get counts(): ProxyCounts {
    return { ...this.#counts }
  }

  through(url: string): string {
    const proxied = new URL(url)
    proxied.host = `127.0.0.1:${this.port}`
    return proxied.href
  }

  plan(fault: PlannedFault): TcpFault {
    const striking = this.#striking(fault.effect)
    this.#planned.push({ fault, striking })
    return striking
  }

  strikeAll(effect: FaultEffect): TcpFault {
    const striking = this.#striking(effect)
    for (const connection of this.#connections) connection.strike(striking, () => {})
    return striking
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const connection of this.#connections) connection.cut()
    await closed
  }

  #accept(client: Socket, server: Socket): void {
    this.#counts.connections += 1
    const connection = new ProxiedConnection(this.#counts.connections, client, server, {
      faultFor: (message) => this.#faultFor(message),
      closed: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
  }

  #faultFor(message: ProxiedMessage): { at: PlannedFault['at']; striking: StrikingFault } | undefined {
    this.#counts.messages += 1
    const index = this.#planned.findIndex(({ fault }) => fault.when?.(message) ?? true)
    const [found] = index < 0 ? [] : this.#planned.splice(index, 1)
    return found && { at: found.fault.at, striking: found.striking }
  }

  #striking(effect: FaultEffect): StrikingFault {
    const struck = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    return {
      effect,
      struck: struck.promise,
      released: released.promise,
      release: released.resolve,
      strikes: () => {
        this.#counts.struck += 1
        struck.resolve()
      },
    }
  }
}
