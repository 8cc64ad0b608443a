import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ReceiptStore } from 'counterfoil'
import { memoryStore } from 'counterfoil/memory'
import { onTestFinished } from 'vitest'
import { type GatewayFlags, settingsIn } from '../../src/gateway/flags.ts'
import { createGateway, type GatewaySettings } from '../../src/gateway/gateway.ts'

const defaults: Omit<GatewayFlags, 'upstream'> = {
  listen: '127.0.0.1:0',
  store: 'memory:',
  guarantee: 'at-most-once',
  methods: 'POST,PATCH',
  ttl: '24h',
  lease: '30s',
  wait: '10s',
  maxDuration: '10m',
  maxRequest: '10mb',
  captureLimit: '1mb',
  upstreamTimeout: '60s',
  log: 'pretty',
}

/** An upstream that counts how often it ran. */
export async function upstream(
  handler: RequestListener,
): Promise<{ port: number; server: Server; runs(): number }> {
  let runs = 0
  const server = createServer((request, response) => {
    runs += 1
    return handler(request, response)
  })
  const port = await listening(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port, server, runs: () => runs }
}

/** A gateway in this process, in front of that port. */
export async function gatewayTo(
  port: number,
  flags: Partial<GatewayFlags> = {},
  store: ReceiptStore = memoryStore(),
): Promise<{ port: number; errors: unknown[]; close(): Promise<void> }> {
  const errors: unknown[] = []
  const settings = settingsFor(port, flags, (error) => errors.push(error))
  const gateway = createGateway(store, settings)
  const at = await listening(gateway.server)
  onTestFinished(async () => {
    gateway.server.closeAllConnections()
    await gateway.close()
  })
  return { port: at, errors, close: () => gateway.close() }
}

/** As the command has them, with those flags and its own defaults. */
export function settingsFor(
  port: number,
  flags: Partial<GatewayFlags>,
  onError: (error: unknown) => void = () => undefined,
): GatewaySettings {
  return settingsIn(
    { ...defaults, upstream: `http://127.0.0.1:${port}`, ...flags },
    { onEvent: () => undefined, onError },
  )
}

export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
