import { openStore, type ReceiptStore } from 'counterfoil'
import { redisStore } from 'counterfoil/redis'
import { Redis } from 'ioredis'
import type { Contender, OpenContender } from '../contender.ts'
import { forget, prefixOfItsOwn, storeUrl } from '../servers/redis-prefix.ts'
import { counterfoil } from './counterfoil.ts'

export const openOnNodeRedis: OpenContender = async ({ redisUrl }) => {
  const prefix = prefixOfItsOwn()
  const store = await openStore(storeUrl(redisUrl, prefix))
  return forgetting(store, () => forget(redisUrl, prefix))
}

export const openOnIoRedis: OpenContender = async ({ redisUrl }) => {
  const prefix = prefixOfItsOwn()
  const client = new Redis(redisUrl)
  client.on('error', () => undefined)
  await client.ping()
  return forgetting(redisStore(client, { prefix }), async () => {
    await client.quit()
    await forget(redisUrl, prefix)
  })
}

function forgetting(store: ReceiptStore, afterwards: () => Promise<void>): Contender {
  const contender = counterfoil(store)
  return {
    ...contender,
    async close() {
      await contender.close()
      await afterwards()
    },
  }
}
