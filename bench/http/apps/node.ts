import { createServer, type RequestListener } from 'node:http'
import { idempotent } from 'counterfoil/node'
import { chargeCard } from '../../payload.ts'
import { charge, isBare } from './charge.ts'
import { listen } from './listening.ts'

const handler: RequestListener = (request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', async () => {
    JSON.parse(Buffer.concat(pieces).toString())
    const body = JSON.stringify(await chargeCard())
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.end(body)
  })
}

const tenant = { tenant: ({ headers }: { headers: Record<string, unknown> }) => String(headers['x-account']) }
listen(createServer(isBare ? handler : idempotent(charge, tenant, handler)))
