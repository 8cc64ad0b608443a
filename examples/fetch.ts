import { idempotent } from 'counterfoil/fetch'
import { charge, chargeCard, type Order, port } from './charges.ts'
import { serve } from './serve.ts'

/** As a Next.js route handler or a SvelteKit endpoint would export it. */
export const POST: (request: Request) => Promise<Response> = idempotent(
  charge,
  { tenant: (request) => String(request.headers.get('x-account')) },
  async (request) => Response.json(await chargeCard((await request.json()) as Order), { status: 201 }),
)

serve(POST, port)
