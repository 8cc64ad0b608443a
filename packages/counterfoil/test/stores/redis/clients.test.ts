import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { missing, redisClusterUrls, redisUrl } from '../../../../../test-support/servers/index.ts'
import { OptionInvalid } from '../../../src/core/index.ts'
import type { Driver } from '../../../src/stores/redis/drivers/driver.ts'
import { own } from '../../../src/stores/redis/drivers/node-redis.ts'
import { type RedisClient, redisStore } from '../../../src/stores/redis/index.ts'
import { requestWith, retryOf } from '../../../src/testing/requests.ts'
import { newPrefix } from './on-redis.ts'

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
      const store = redisStore(client as RedisClient, { prefix: newPrefix() })
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

describe("a client of the store's own", () => {
  it('connects in the end though its nodes were not there at first, and not once it is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const connect = vi.fn(async () => {
      if (connect.mock.calls.length < 3) throw new Error('no node answers')
    })
    const client = { connect, destroy: () => undefined, on: () => undefined }
    const driver = own(client, (_, hold) => hold as Driver)
    await vi.advanceTimersByTimeAsync(500)
    expect(driver.connected?.()).toBe(false)
    await vi.advanceTimersByTimeAsync(500)
    expect(driver.connected?.()).toBe(true)
    connect.mockClear()
    const closed = own(client, (_, hold) => hold as Driver)
    await closed.close()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(connect).toHaveBeenCalledOnce()
  })
})
