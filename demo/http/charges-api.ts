import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { charge } from '../charge.ts'
import { Held } from '../held.ts'
import { Ledger } from '../ledger.ts'
import type { Moment } from '../messages.ts'
import type { ApiReport } from './charges-api-process.ts'

// A charges API that knows nothing of idempotency: it charges for each request that reaches it, and leaves a line in the
// ledger. The key stands in that line for the count alone.

const [folder = '', holdAt] = process.argv.slice(2)
const ledger = new Ledger(folder)
const held = new Held()
let holding = true

const server = createServer(async (request, response) => {
  const order = {
    tenant: 'acme',
    key: String(request.headers['idempotency-key']),
    request: await json(request),
  }
  const done = await charge({ ledger, reach }, order, { idempotencyKey: null })
  response.writeHead(201, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(done))
})
server.listen(0, '127.0.0.1', () =>
  report({ say: 'listening', port: (server.address() as AddressInfo).port }),
)

process.on('message', () => {
  holding = false
  held.goOn()
})
process.on('disconnect', () => process.exit())

async function reach(moment: Moment): Promise<void> {
  const goOn = holding && holdAt === moment ? held.untilGoOn() : undefined
  report({ say: 'happened', what: moment })
  await goOn
}

function report(message: ApiReport): void {
  process.send?.(message)
}
