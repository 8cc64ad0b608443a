import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Where the connection is cut, once the marker has come by on its way to the server. */
export type Cut =
  /** The server never sees the statement. */
  | 'before it is sent'
  /** The server has it, and nobody hears of it again. */
  | 'after it is sent'
  /** The server has answered, and the answer is lost. */
  | 'after its answer'

export interface CuttingProxy {
  readonly url: string
  /** Cut the connection over which these bytes go next, once. */
  cutAt(marker: string, cut: Cut): void
  readonly cuts: () => number
  close(): Promise<void>
}

/** A proxy before a server that speaks whatever it speaks, which cuts a connection where a test says so. */
export async function cuttingProxy(serverUrl: string): Promise<CuttingProxy> {
  const target = new URL(serverUrl)
  const orders = new Map<string, Cut>()
  const sockets = new Set<Socket>()
  let cuts = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true)
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        if (socket === upstream) client.destroy()
        else if (!orphaned) upstream.destroy()
      })
    }
    let armed = false
    let orphaned = false
    client.on('data', (bytes) => {
      const [marker, cut] = [...orders].find(([wanted]) => bytes.includes(wanted)) ?? []
      if (marker === undefined) {
        upstream.write(bytes)
        return
      }
      orders.delete(marker)
      cuts += 1
      if (cut === 'before it is sent') {
        client.destroy()
        return
      }
      if (cut === 'after its answer') armed = true
      else {
        // The server goes on with it though its client is gone, as it does when a network breaks.
        orphaned = true
        client.destroy()
        setTimeout(() => upstream.destroy(), 2_000).unref()
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (armed) client.destroy()
      else if (!client.destroyed) client.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(serverUrl)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    cutAt: (marker, cut) => orders.set(marker, cut),
    cuts: () => cuts,
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
