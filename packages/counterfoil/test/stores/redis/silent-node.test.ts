import { Redis } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { missing } from '../../../../../test-support/servers/index.ts'
import { tellRedis } from '../../../../../test-support/servers/redis.ts'
import { type RunningCluster, startRedisCluster } from '../../../../../test-support/servers/redis-cluster.ts'
import { type ClaimRequest, StoreUnavailable } from '../../../src/core/index.ts'
import { type RedisClient, redisStore } from '../../../src/stores/redis/index.ts'
import { Keys } from '../../../src/stores/redis/keys.ts'
import { requestWith } from '../../../src/testing/requests.ts'
import { newPrefix } from './on-redis.ts'

describe.skipIf(await missing('redis'))('a node of a Cluster that falls silent', () => {
  let cluster: RunningCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
    await Promise.all(
      cluster.urls.map((url) => tellRedis(url, 'CONFIG', 'SET', 'cluster-require-full-coverage', 'no')),
    )
  })
  afterAll(() => cluster.stop())

  const connected = {
    'node-redis': async (): Promise<RedisClient> => {
      const client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) })
      client.on('error', () => undefined)
      await client.connect()
      onTestFinished(() => client.destroy())
      return client
    },
    ioredis: async (): Promise<RedisClient> => {
      const client = new Redis.Cluster([...cluster.urls])
      onTestFinished(() => client.disconnect())
      return client as RedisClient
    },
  }

  for (const [name, connect] of Object.entries(connected)) {
    it(`keeps nobody from what the others hold, through ${name}`, async () => {
      const prefix = newPrefix()
      const store = redisStore(await connect(), { prefix, answerWithinMs: 400 })
      onTestFinished(() => store.close())
      const [silent] = cluster.urls as [string]
      const isOnSilent = async ({ id }: ClaimRequest): Promise<boolean> => {
        const slot = await tellRedis(silent, 'CLUSTER', 'KEYSLOT', new Keys(prefix).receipt(id))
        return Number(slot) < 16_384 / cluster.urls.length - 1
      }
      const held: ClaimRequest[] = []
      const others: ClaimRequest[] = []
      while (held.length < 4 || others.length < 60) {
        const request = requestWith()
        ;((await isOnSilent(request)) ? held : others).push(request)
      }
      await store.claim(others.pop() as ClaimRequest)
      const [, pid] = /process_id:(\d+)/.exec(String(await tellRedis(silent, 'INFO', 'server'))) ?? []
      process.kill(Number(pid), 'SIGSTOP')
      try {
        await expect(store.claim(held[0] as ClaimRequest)).rejects.toThrow(StoreUnavailable)
        const unanswered = held.slice(1).map((request) => store.claim(request).catch((error) => error))
        for (const request of others) {
          expect((await store.claim(request)).kind).toBe('claimed')
          await new Promise((resolve) => setTimeout(resolve, 15))
        }
        for (const answer of await Promise.all(unanswered)) expect(answer).toBeInstanceOf(StoreUnavailable)
      } finally {
        process.kill(Number(pid), 'SIGCONT')
      }
      await vi.waitFor(
        async () => expect((await store.claim(held[0] as ClaimRequest)).kind).toBe('claimed'),
        5_000,
      )
    })
  }
})
