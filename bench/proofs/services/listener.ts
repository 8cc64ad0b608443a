import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { charge, Refused } from './charge.ts'

/** A listener of node:http that charges, and knows nothing of keys but what it counts by. */
export function charges(
  ledger: string,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const { url, headers } = request
    try {
      const key = String(headers['idempotency-key'])
      const prefer = headers.prefer as string | undefined
      const made = await charge(ledger, { key, prefer, body: await json(request) })
      const fields = { 'Content-Type': 'application/json', Location: `${url}/${made.id}` }
      response.writeHead(201, fields).end(JSON.stringify(made))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      response.writeHead(error.status, { 'Retry-After': '1' }).end(error.message)
    }
  }
}
