import type { AddressInfo } from 'node:net'
import { counterfoil } from 'counterfoil/fastify'
import fastify, { type FastifyReply } from 'fastify'
import { chargeCard } from '../../payload.ts'
import { charge, isBare } from './charge.ts'
import { listensOn } from './listening.ts'

const handler = async (_request: unknown, reply: FastifyReply): Promise<unknown> =>
  reply.code(201).send(await chargeCard())

const app = fastify()
if (isBare) app.post('/charges', handler)
else {
  await app.register(counterfoil)
  app.post(
    '/charges',
    { idempotency: { operation: charge, tenant: ({ headers }) => String(headers['x-account']) } },
    handler,
  )
}
await app.listen({ port: 0, host: '127.0.0.1' })
listensOn((app.server.address() as AddressInfo).port)
