import { Idempotency } from '@node-idempotency/core'
import { RedisStorageAdapter } from '@node-idempotency/storage-adapter-redis'
import type { Contender, OpenContender } from '../../contender.ts'
import { type Charge, chargeCard } from '../../payload.ts'
import { forget, prefixOfItsOwn } from '../../servers/redis-prefix.ts'

/** Its two hooks around the effect, without a server. Duplicates in flight wait, which it does only where it is told to. */
export const openNodeIdempotency: OpenContender = async ({ redisUrl }) => {
  const storage = new RedisStorageAdapter({ url: redisUrl })
  await storage.connect()
  const cacheKeyPrefix = prefixOfItsOwn()
  const idempotency = new Idempotency(storage, { cacheKeyPrefix, inProgressStrategy: { wait: true } })
  const once: Contender['call'] = async (key, order) => {
    const request = { headers: { 'idempotency-key': key }, path: '/charges', method: 'POST', body: order }
    const kept = await idempotency.onRequest(request)
    if (kept !== undefined) return { value: kept.body as Charge, replayed: true }
    const value = await chargeCard()
    await idempotency.onResponse(request, { body: value })
    return { value, replayed: false }
  }
  return {
    call: once,
    retry: once,
    async close() {
      await storage.disconnect()
      await forget(redisUrl, cacheKeyPrefix)
    },
  }
}
