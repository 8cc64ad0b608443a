import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { createClient, createCluster, type RedisClientType } from 'redis'
import { redisClusterUrls, redisUrl, valkeyUrl } from '../../../../../test-support/servers/index.ts'
import type { ReceiptStore } from '../../../src/core/index.ts'
import { driverOn } from '../../../src/stores/redis/client.ts'
import type { Driver } from '../../../src/stores/redis/drivers/driver.ts'
import type { RedisStoreOptions } from '../../../src/stores/redis/options.ts'
import { storeOn } from '../../../src/stores/redis/store.ts'
import type { StoreUnderTest } from '../../../src/testing/index.ts'
import { withProcesses } from '../../testing/with-processes.ts'

/** Which client, to what. */
export type Kind =
  | 'node-redis'
  | 'ioredis'
  | 'node-redis cluster'
  | 'ioredis cluster'
  | 'node-redis to valkey'

/** A prefix that nobody else has. */
export const newPrefix = (): string => `test-${randomUUID()}:`

/** A store with a client of its own, closed with it. */
export async function openOn(kind: Kind, options: RedisStoreOptions): Promise<ReceiptStore> {
  switch (kind) {
    case 'node-redis':
    case 'ioredis':
      return openOver(kind, await redisUrl(), options)
    case 'node-redis to valkey':
      return openOver('node-redis', await valkeyUrl(), options)
    case 'node-redis cluster': {
      const cluster = createCluster({ rootNodes: (await redisClusterUrls()).map((url) => ({ url })) })
      cluster.on('error', () => undefined)
      await cluster.connect()
      return storeOn(driverOn(cluster, { close: async () => cluster.destroy() }), options)
    }
    case 'ioredis cluster': {
      const cluster = new Redis.Cluster([...(await redisClusterUrls())])
      return storeOn(driverOn(cluster, { close: async () => cluster.disconnect() }), options)
    }
  }
}

/** On the one server of this URL. */
export async function openOver(
  kind: 'node-redis' | 'ioredis',
  url: string,
  options: RedisStoreOptions,
): Promise<ReceiptStore> {
  if (kind === 'ioredis') {
    const client = new Redis(url)
    client.on('error', () => undefined)
    return storeOn(driverOn(client, { close: async () => client.disconnect() }), options)
  }
  const client = createClient({ url }) as RedisClientType
  client.on('error', () => undefined)
  await client.connect()
  return storeOn(driverOn(client, { close: async () => client.destroy() }), options)
}

export interface Altered {
  /** Other scripts in the place of some, by their hash. */
  readonly text?: (sha: string) => string | undefined
  /** Awaited before a script is sent. */
  readonly before?: (sha: string) => Promise<unknown>
}

export async function openWith(options: RedisStoreOptions, { text, before }: Altered): Promise<ReceiptStore> {
  const client = createClient({ url: await redisUrl() }) as RedisClientType
  await client.connect()
  const driver = driverOn(client, { close: async () => client.destroy() })
  const send: Driver['send'] = async (key, command) => {
    const [name, sha, ...rest] = command
    if (name !== 'EVALSHA') return driver.send(key, command)
    await before?.(sha as string)
    const other = text?.(sha as string)
    return driver.send(key, other === undefined ? command : ['EVAL', other, ...rest])
  }
  return storeOn({ ...driver, ready: true, send }, options)
}

const processScript = new URL('./process.ts', import.meta.url)

/** Under a prefix of its own, whose keys are removed afterwards. */
export async function onRedis(
  kind: Kind,
  use: (subject: StoreUnderTest, prefix: string) => Promise<void>,
  open: (kind: Kind, options: RedisStoreOptions) => Promise<ReceiptStore> = openOn,
): Promise<void> {
  const prefix = newPrefix()
  try {
    await withProcesses(processScript, [kind, prefix], (startProcess) =>
      use({ open: () => open(kind, { prefix }), startProcess }, prefix),
    )
  } finally {
    await removeAll(kind, prefix)
  }
}

/** Everything under a prefix, on every node. */
export async function removeAll(kind: Kind, prefix: string): Promise<void> {
  for (const url of await urlsOf(kind)) {
    const client = createClient({ url }) as RedisClientType
    await client.connect()
    let cursor = '0'
    do {
      const page = await client.scan(cursor, { MATCH: `${prefix}*`, COUNT: 5000 })
      cursor = page.cursor
      await Promise.all(page.keys.map((key) => client.unlink(key)))
    } while (cursor !== '0')
    client.destroy()
  }
}

async function urlsOf(kind: Kind): Promise<readonly string[]> {
  switch (kind) {
    case 'node-redis':
    case 'ioredis':
      return [await redisUrl()]
    case 'node-redis to valkey':
      return [await valkeyUrl()]
    case 'node-redis cluster':
    case 'ioredis cluster':
      return redisClusterUrls()
  }
}
