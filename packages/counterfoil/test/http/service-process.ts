import { randomBytes } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import express from 'express'
import { idempotent } from '../../src/http/express.ts'
import { createReceipts } from '../../src/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { listening } from './service.ts'

// One process of a service: every effect is a line in a file.

const [file = '', effects = '', guarantee = ''] = process.argv.slice(2)
const receipts = createReceipts({ store: sqliteStore(file) })
const charge = receipts.operation<never>('POST /charges', {
  guarantee: guarantee as 'at-most-once' | 'at-least-once',
  lease: '1s',
})
const app = express()
app.post('/charges', idempotent(charge, { tenant: () => 'acme' }), (request, response) => {
  appendFileSync(effects, `${request.get('idempotency-key')}\n`)
  const ms = Number(request.get('x-takes-ms') ?? 0)
  setTimeout(() => response.status(201).send(randomBytes(64)), ms)
})
const port = await listening(createServer(app))
process.send?.({ port })
