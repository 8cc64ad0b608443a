import { serve } from '@hono/node-server'
import { idempotent } from 'counterfoil/hono'
import { type Context, Hono } from 'hono'
import { charge, Refused } from './charge.ts'
import { charging, nameOf } from './counterfoil.ts'
import { serviceTerms } from './terms.ts'

const terms = serviceTerms()
const options = {
  tenant: (c: Context) => String(c.req.header('authorization')),
  name: (c: Context) => nameOf(c.req.path),
  requireKey: true,
}

const app = new Hono()
app.post('/:what', idempotent(await charging(terms), options), async (c) => {
  try {
    const key = c.req.header('idempotency-key') ?? ''
    const made = await charge(terms.ledger, { key, prefer: c.req.header('prefer'), body: await c.req.json() })
    return c.json(made, 201, { Location: `${c.req.path}/${made.id}` })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return c.text(error.message, error.status as 429, { 'Retry-After': '1' })
  }
})
serve({ fetch: app.fetch, port: terms.port, hostname: '127.0.0.1' })
