import { counterfoil } from 'counterfoil/fastify'
import fastify, { type FastifyRequest } from 'fastify'
import { charge, Refused } from './charge.ts'
import { charging, nameOf } from './counterfoil.ts'
import { serviceTerms } from './terms.ts'

const terms = serviceTerms()
const idempotency = {
  operation: await charging(terms),
  tenant: ({ headers }: FastifyRequest) => String(headers.authorization),
  name: ({ url }: FastifyRequest) => nameOf(url),
  requireKey: true,
}

const app = fastify({ bodyLimit: 20_000_000 })
await app.register(counterfoil)
app.post('/:what', { idempotency }, async ({ url, headers, body }, reply) => {
  try {
    const asked = {
      key: String(headers['idempotency-key']),
      prefer: headers.prefer as string | undefined,
      body,
    }
    const made = await charge(terms.ledger, asked)
    return reply.code(201).header('Location', `${url}/${made.id}`).send(made)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return reply.code(error.status).header('Retry-After', '1').send({ detail: error.message })
  }
})
await app.listen({ port: terms.port, host: '127.0.0.1' })
