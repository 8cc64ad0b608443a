import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency'
import { CachePersistenceLayer } from '@aws-lambda-powertools/idempotency/cache'
import { createClient } from 'redis'
import type { Contender, OpenContender } from '../../contender.ts'
import { chargeCard, type Order } from '../../payload.ts'
import { forget, prefixOfItsOwn } from '../../servers/redis-prefix.ts'

type LambdaContext = Parameters<IdempotencyConfig['registerLambdaContext']>[0]

/**
 * The key alone is hashed, and outcomes are kept in its local cache. Without `payloadValidationJmesPath`: the cache layer of
 * 2.35 drops the payload's hash as it stores the outcome, so that every replay which the local cache can't answer is
 * refused as another payload.
 */
export const openPowertools: OpenContender = async ({ redisUrl }) => {
  const client = createClient({ url: redisUrl })
  client.on('error', () => undefined)
  await client.connect()
  const keyPrefix = prefixOfItsOwn()
  const config = new IdempotencyConfig({
    expiresAfterSeconds: 86_400,
    useLocalCache: true,
    maxLocalCacheSize: 10_000,
  })
  // Without the time that is left it warns at each call.
  config.registerLambdaContext({ getRemainingTimeInMillis: () => 30_000 } as LambdaContext)
  const own = new Set<string>()
  const charge = makeIdempotent(
    async (key: string, _order: Order) => {
      own.add(key)
      return chargeCard()
    },
    { persistenceStore: new CachePersistenceLayer({ client }), config, keyPrefix },
  )
  const once: Contender['call'] = async (key, order) => {
    const value = await charge(key, order)
    return { value, replayed: !own.delete(key) }
  }
  return {
    call: once,
    retry: once,
    async close() {
      await client.close()
      await forget(redisUrl, keyPrefix)
    },
  }
}
