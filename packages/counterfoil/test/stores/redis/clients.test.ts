import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { missing, redisClusterUrls, redisUrl } from '../../../../../test-support/servers/index.ts'
import { OptionInvalid } from '../../../src/core/index.ts'
import { type RedisClient, redisStore } from '../../../src/stores/redis/index.ts'
import { requestWith, retryOf } from '../../../src/testing/requests.ts'
import { prefixOf } from './on-redis.ts'

// What a user's own client may be set to.

describe.skipIf(await missing('redis'))('a client of ioredis', () => {
  it('is connected by the first call where it waits for one', async () => {
    const url = await redisUrl()
    const clients = [
      new Redis(url, { lazyConnect: true }),
      new Redis.Cluster([...(await redisClusterUrls())], { lazyConnect: true }),
    ]
    for (const client of clients) {
      onTestFinished(() => client.disconnect())
      const store = redisStore(client as RedisClient, { prefix: prefixOf() })
      const request = requestWith({ leaseMs: 1000, keyRetentionMs: 1000 })
      expect((await store.claim(request)).kind).toBe('claimed')
      expect((await store.claim(retryOf(request))).kind).toBe('in_progress')
      await store.close()
    }
  })

  it('is refused where it would give numbers as texts, and a claim that was won as something unreadable', () => {
    const clients = [
      new Redis({ lazyConnect: true, stringNumbers: true }),
      new Redis.Cluster(['redis://127.0.0.1'], { lazyConnect: true, redisOptions: { stringNumbers: true } }),
    ]
    for (const client of clients) {
      expect(() => redisStore(client as RedisClient)).toThrow(OptionInvalid)
    }
  })
})
