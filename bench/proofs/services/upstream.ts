/** What stands behind the gateway. */
import { createServer } from 'node:http'
import { charges } from './listener.ts'
import { serviceTerms } from './terms.ts'

const { port, ledger } = serviceTerms()

createServer(charges(ledger)).listen(port, '127.0.0.1')
