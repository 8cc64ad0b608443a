import type { AddressInfo } from 'node:net'
import { idempotent } from 'counterfoil/express'
import express, { type RequestHandler } from 'express'
import { charge, chargeCard, listening, type Order, port } from './charges.ts'

const requireAccount: RequestHandler = (request, response, next) => {
  if (request.get('x-account')) next()
  else response.sendStatus(401)
}

const app = express()
app.use(express.json())
app.post(
  '/charges',
  requireAccount,
  idempotent(charge, { tenant: (request) => String(request.get('x-account')) }),
  async (request, response) => {
    response.status(201).json(await chargeCard(request.body as Order))
  },
)

const server = app.listen(port, '127.0.0.1', () => listening((server.address() as AddressInfo).port))
