import { Redis } from 'ioredis'
import { createClient, type RedisClientType } from 'redis'
import { describe } from 'vitest'
import { redisUrl } from '../../../../test-support/servers/index.ts'
import type { ReceiptStore } from '../../src/index.ts'
import { type RedisStoreOptions, redisStore } from '../../src/stores/redis/index.ts'
import { overStore } from '../processes/over-store.ts'
import { needsOneToken, outlivesCuts, outlivesSilence } from './cut-connections.ts'
import type { Server } from './cut-service.ts'
import { newPrefix, removeAll } from './redis/on-redis.ts'

describe('Redis', () => {
  describe('by node-redis: a connection that is lost', () => {
    outlivesCuts(() => serverWith(byNodeRedis), 'rejects')
    outlivesSilence(() => serverWith(byNodeRedis))
    needsOneToken(() => serverWith(byNodeRedis))
  })

  describe('by ioredis: a connection that is lost', () => {
    outlivesCuts(() => serverWith(byIoRedis), 'sends it again')
    outlivesSilence(() => serverWith(byIoRedis))
  })
})

async function byNodeRedis(url: string, options: RedisStoreOptions): Promise<ReceiptStore> {
  const client = createClient({ url }) as RedisClientType
  client.on('error', () => {})
  await client.connect()
  return closing(redisStore(client, options), () => client.destroy())
}

async function byIoRedis(url: string, options: RedisStoreOptions): Promise<ReceiptStore> {
  const client = new Redis(url)
  client.on('error', () => {})
  return closing(redisStore(client, options), () => client.disconnect())
}

function closing(store: ReceiptStore, client: () => void): ReceiptStore {
  return overStore(store, {
    async close() {
      await store.close()
      client()
    },
  })
}

async function serverWith(open: typeof byNodeRedis): Promise<Server> {
  const prefix = newPrefix()
  return {
    url: await redisUrl(),
    open: (url, answerWithinMs) => open(url, { prefix, answerWithinMs }),
    close: () => removeAll('node-redis', prefix),
  }
}
