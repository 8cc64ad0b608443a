import { serve } from '@hono/node-server'
import { idempotent } from 'counterfoil/hono'
import { type Context, Hono } from 'hono'
import { chargeCard } from '../../payload.ts'
import { charge, isBare } from './charge.ts'
import { listensOn } from './listening.ts'

const handler = async (c: Context): Promise<Response> => {
  await c.req.json()
  return c.json(await chargeCard(), 201)
}

const app = new Hono()
if (isBare) app.post('/charges', handler)
else app.post('/charges', idempotent(charge, { tenant: (c) => String(c.req.header('x-account')) }), handler)
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => listensOn(port))
