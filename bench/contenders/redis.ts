import { openStore, type ReceiptsOptions } from 'counterfoil'
import { redisStore } from 'counterfoil/redis'
import { Redis } from 'ioredis'
import type { Contender, OpenContender, Place } from '../contender.ts'
import { forget, prefixOfItsOwn, storeUrl } from '../servers/redis-prefix.ts'
import { counterfoil } from './counterfoil.ts'

export const openOnNodeRedis: OpenContender = (place) => onNodeRedis(place)

/** With room for the keys that are replayed: recent receipts come from this process's memory. */
export const openCachedOnNodeRedis: OpenContender = (place) =>
  onNodeRedis(place, { replayCache: { maxReceipts: 10_000 } })

async function onNodeRedis({ redisUrl }: Place, options: Options = {}): Promise<Contender> {
  const prefix = prefixOfItsOwn()
  const store = await openStore(storeUrl(redisUrl, prefix))
  return forgetting(counterfoil(store, options), () => forget(redisUrl, prefix))
}

export const openOnIoRedis: OpenContender = async ({ redisUrl }) => {
  const prefix = prefixOfItsOwn()
  const client = new Redis(redisUrl)
  client.on('error', () => undefined)
  await client.ping()
  return forgetting(counterfoil(redisStore(client, { prefix })), async () => {
    await client.quit()
    await forget(redisUrl, prefix)
  })
}

type Options = Omit<ReceiptsOptions, 'store'>

function forgetting(contender: Contender, afterwards: () => Promise<void>): Contender {
  return {
    ...contender,
    async close() {
      await contender.close()
      await afterwards()
    },
  }
}
