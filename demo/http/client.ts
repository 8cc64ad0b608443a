import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as ask, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Charge } from '../ledger.ts'
import type { Desk, Serve, Served } from '../scenario.ts'

/** A client in a process of its own: each call is a request on a connection of its own. */
export function client({ tell }: Desk): Serve {
  return async ({ url = '', key, request, signal }) => {
    const body = typeof request === 'string' ? request : JSON.stringify(request)
    const headers = {
      'Idempotency-Key': key,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    }
    const sending = ask(url, { method: 'POST', agent: false, headers, ...(signal && { signal }) })
    sending.once('finish', () => tell('sent'))
    sending.end(body)
    try {
      const [answer] = (await once(sending, 'response')) as [IncomingMessage]
      return served(answer, await buffer(answer))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ECONNRESET')
        throw named('ConnectionLost', 'the connection broke off before the answer came')
      throw error
    }
  }
}

function served({ statusCode = 0, headers }: IncomingMessage, body: Buffer): Served {
  const parsed = JSON.parse(body.toString()) as Charge | { readonly type: string; readonly detail: string }
  if ('type' in parsed) throw named(`${parsed.type.split('/').at(-1)} (${statusCode})`, parsed.detail)
  return {
    value: parsed,
    replayed: headers['idempotent-replayed'] === 'true',
    sha256: createHash('sha256').update(`${statusCode}\n`).update(body).digest('hex'),
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
