import { Redis } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { missing } from '../../../../../test-support/servers/index.ts'
import { tellRedis } from '../../../../../test-support/servers/redis.ts'
import { type RunningCluster, startRedisCluster } from '../../../../../test-support/servers/redis-cluster.ts'
import { fenceOf, type ReceiptStore, type Running } from '../../../src/core/index.ts'
import { redisStore } from '../../../src/stores/redis/index.ts'
import { requestWith, rerunPolicies, retryOf, succeeded } from '../../../src/testing/requests.ts'
import { newPrefix } from './on-redis.ts'

describe.skipIf(await missing('redis'))('while a slot of a Cluster moves to another node', () => {
  let cluster: RunningCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })
  afterAll(() => cluster.stop())

  const open = {
    'node-redis': async (prefix: string): Promise<ReceiptStore> => {
      const client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) })
      await client.connect()
      onTestFinished(() => client.destroy())
      return redisStore(client, { prefix })
    },
    ioredis: async (prefix: string): Promise<ReceiptStore> => {
      const client = new Redis.Cluster([...cluster.urls])
      onTestFinished(() => client.disconnect())
      return redisStore(client, { prefix })
    },
  }

  /** The slot of one key, and the nodes that it moves between. */
  async function movingSlotOf(key: string): Promise<{ moveKey: () => Promise<void> }> {
    const slot = String(await tellRedis(cluster.urls[0] as string, 'CLUSTER', 'KEYSLOT', key))
    const counts = await Promise.all(
      cluster.urls.map((url) => tellRedis(url, 'CLUSTER', 'COUNTKEYSINSLOT', slot)),
    )
    const from = cluster.urls[counts.findIndex((count) => Number(count) > 0)] as string
    const to = cluster.urls.find((url) => url !== from) as string
    const [fromId, toId] = await Promise.all([from, to].map((url) => tellRedis(url, 'CLUSTER', 'MYID')))
    await tellRedis(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(fromId))
    await tellRedis(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(toId))
    onTestFinished(async () => {
      for (const url of [to, from, ...cluster.urls]) {
        await tellRedis(url, 'CLUSTER', 'SETSLOT', slot, 'NODE', String(toId))
      }
    })
    const { hostname, port } = new URL(to)
    return { moveKey: async () => void (await tellRedis(from, 'MIGRATE', hostname, port, key, '0', '5000')) }
  }

  for (const [name, opened] of Object.entries(open)) {
    it(`a claim is renewed, sent again, taken over and settled, through ${name}`, async () => {
      const prefix = newPrefix()
      const store = await opened(prefix)
      onTestFinished(() => store.close())
      const request = requestWith({ policies: rerunPolicies })
      let receipt = await claimed(store, request)
      const { moveKey } = await movingSlotOf(`${prefix}{${request.id}}`)
      for (const step of ['still where it was', 'where it moves to']) {
        if (step === 'where it moves to') await moveKey()
        expect(await store.renew(fenceOf(receipt), 60_000)).toBe('renewed')
        expect(
          (await store.settle(fenceOf(receipt), { as: 'released', outcome: null, doubt: 'stands' })).kind,
        ).toBe('settled')
        const next = retryOf(request)
        receipt = await claimed(store, next)
        expect((await store.claim(next)).kind).toBe('claimed')
      }
      expect((await store.settle(fenceOf(receipt), succeeded())).kind).toBe('settled')
    })
  }
})

async function claimed(store: ReceiptStore, request: Parameters<ReceiptStore['claim']>[0]): Promise<Running> {
  const decision = await store.claim(request)
  if (decision.kind !== 'claimed') throw new Error(decision.kind)
  return decision.receipt
}
