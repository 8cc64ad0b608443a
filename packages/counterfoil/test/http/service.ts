import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { idempotent, type Listener } from '../../src/http/node.ts'
import type { HttpOptions } from '../../src/http/options.ts'
import { createReceipts, type Operation, type OperationOptions, type ReceiptStore } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'

/** What a service under test is made of. */
export interface Service {
  readonly handler: Listener
  readonly http?: Partial<HttpOptions<IncomingMessage>>
  readonly operation?: Partial<OperationOptions>
  readonly store?: ReceiptStore
}

export interface Running {
  readonly port: number
  readonly server: Server
  readonly errors: unknown[]
  /** How often the handler has run. */
  runs(): number
}

/** A service on node:http, which is closed with the test. */
export async function serviceOf({
  handler,
  http,
  operation: options,
  store = memoryStore(),
}: Service): Promise<Running> {
  const receipts = createReceipts({ store, sweep: 'off' })
  const operation = receipts.operation('POST /charges', {
    guarantee: 'at-most-once',
    ...options,
  }) as Operation<never>
  const errors: unknown[] = []
  let runs = 0
  const counted: Listener = (request, response) => {
    runs += 1
    return handler(request, response)
  }
  const listener = idempotent(
    operation,
    { tenant: () => 'acme', onError: (error) => errors.push(error), ...http },
    counted,
  )
  const server = createServer(
    (request: IncomingMessage, response: ServerResponse) => void listener(request, response),
  )
  const port = await listening(server)
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await receipts.close()
  })
  return { port, server, errors, runs: () => runs }
}

export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
