import { idempotent } from 'counterfoil/hono'
import { Hono } from 'hono'
import { charge, chargeCard, port } from './charges.ts'
import { serve } from './serve.ts'

const app = new Hono()
app.post('/charges', idempotent(charge, { tenant: (c) => String(c.req.header('x-account')) }), async (c) =>
  c.json(await chargeCard(await c.req.json()), 201),
)

serve((request) => app.fetch(request), port)
