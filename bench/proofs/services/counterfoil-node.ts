import { createServer, type IncomingMessage } from 'node:http'
import { idempotent } from 'counterfoil/node'
import { charging, nameOf } from './counterfoil.ts'
import { charges } from './listener.ts'
import { serviceTerms } from './terms.ts'

const terms = serviceTerms()
const options = {
  tenant: ({ headers }: IncomingMessage) => String(headers.authorization),
  name: ({ url }: IncomingMessage) => nameOf(url ?? ''),
  requireKey: true,
}

createServer(idempotent(await charging(terms), options, charges(terms.ledger))).listen(
  terms.port,
  '127.0.0.1',
)
