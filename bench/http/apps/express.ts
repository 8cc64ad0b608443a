import { createServer } from 'node:http'
import { idempotent } from 'counterfoil/express'
import express, { type RequestHandler } from 'express'
import { chargeCard } from '../../payload.ts'
import { charge, isBare } from './charge.ts'
import { listen } from './listening.ts'

const handler: RequestHandler = async (_request, response) => {
  response.status(201).json(await chargeCard())
}

const app = express()
app.use(express.json())
if (isBare) app.post('/charges', handler)
else
  app.post('/charges', idempotent(charge, { tenant: (request) => String(request.get('x-account')) }), handler)
listen(createServer(app))
