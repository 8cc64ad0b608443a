import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Request, Response } from 'express'
import { getSharedIdempotencyService, type IIdempotencyDataAdapter, idempotency } from 'express-idempotency'
import adapter from 'express-idempotency-redis-adapter'
import type { Answer, Contender, OpenContender } from '../../contender.ts'
import { type Charge, chargeCard, type Order } from '../../payload.ts'
import { forget, prefixOfItsOwn } from '../../servers/redis-prefix.ts'

/** Its middleware and a route's handler, called without a server: what Express itself costs is not in its figure. */
export const openExpressIdempotency: OpenContender = async ({ redisUrl }) => {
  const dataAdapter = new adapter.default({ connectionConfig: { url: redisUrl } })
  await dataAdapter.connect()
  const prefix = prefixOfItsOwn()
  // Their types differ in whether a response may be given as `undefined`.
  const middleware = idempotency({ dataAdapter: dataAdapter as unknown as IIdempotencyDataAdapter })
  const service = getSharedIdempotencyService()
  const once: Contender['call'] = (key, order) =>
    new Promise<Answer>((resolve, reject) => {
      const request = requestOf(prefix + key, order)
      const answered = (value: Charge): void =>
        resolve({ value, replayed: service.isHit(request as unknown as Request) })
      const response = responseTo(answered)
      const handler = async (error?: unknown): Promise<void> => {
        if (error !== undefined) return reject(error)
        if (service.isHit(request as unknown as Request)) return
        response.send(await chargeCard())
      }
      middleware(request as unknown as Request, response as unknown as Response, handler)
    })
  return {
    call: once,
    retry: once,
    async close() {
      // Outcomes may still be on their way: it answers first.
      await nextTurn()
      await dataAdapter.findByIdempotencyKey(prefix)
      await dataAdapter.disconnect()
      await forget(redisUrl, prefix)
    },
  }
}

/** What it looks at of Express's request, and nothing else. */
function requestOf(key: string, order: Order) {
  const headers: Record<string, string> = { 'idempotency-key': key }
  const get = (name: string): string | undefined => headers[name]
  return { headers, get, method: 'POST', url: '/charges', query: {}, body: order }
}

function responseTo(send: (value: Charge) => void) {
  const response = {
    statusCode: 201,
    setHeader: () => undefined,
    getHeaders: () => ({ 'content-type': 'application/json' }),
    status: (code: number) => Object.assign(response, { statusCode: code }),
    send,
  }
  return response
}
