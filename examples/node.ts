import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { idempotent } from 'counterfoil/node'
import { charge, chargeCard, listening, type Order, port } from './charges.ts'

const server = createServer(
  idempotent(
    charge,
    { tenant: (request) => String(request.headers['x-account']) },
    async (request, response) => {
      const order = JSON.parse(await text(request)) as Order
      response.writeHead(201, { 'content-type': 'application/json' })
      response.end(JSON.stringify(await chargeCard(order)))
    },
  ),
)

server.listen(port, '127.0.0.1', () => listening((server.address() as AddressInfo).port))
