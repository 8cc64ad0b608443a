import type { AddressInfo } from 'node:net'
import { counterfoil } from 'counterfoil/fastify'
import fastify from 'fastify'
import { charge, chargeCard, listening, type Order, port } from './charges.ts'

const app = fastify()
await app.register(counterfoil)
app.post(
  '/charges',
  { idempotency: { operation: charge, tenant: (request) => String(request.headers['x-account']) } },
  async (request, reply) => reply.code(201).send(await chargeCard(request.body as Order)),
)

await app.listen({ port, host: '127.0.0.1' })
listening((app.server.address() as AddressInfo).port)
