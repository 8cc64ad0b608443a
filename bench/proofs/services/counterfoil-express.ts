import { idempotent } from 'counterfoil/express'
import express, { type Request, type RequestHandler } from 'express'
import { charge, Refused } from './charge.ts'
import { charging, nameOf } from './counterfoil.ts'
import { serviceTerms } from './terms.ts'

const terms = serviceTerms()
const options = {
  tenant: (request: Request) => String(request.get('authorization')),
  name: (request: Request) => nameOf(request.path),
  requireKey: true,
}

const handler: RequestHandler = async (request, response) => {
  try {
    const key = request.get('idempotency-key') ?? ''
    const made = await charge(terms.ledger, { key, prefer: request.get('prefer'), body: request.body })
    response.status(201).location(`${request.path}/${made.id}`).json(made)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    response.status(error.status).set('Retry-After', '1').send(error.message)
  }
}

const app = express()
app.post('/:what', idempotent(await charging(terms), options), express.json({ limit: '20mb' }), handler)
app.listen(terms.port, '127.0.0.1')
