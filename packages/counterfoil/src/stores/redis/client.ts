import { OptionInvalid } from '../../core/index.ts'
import type { Driver, Hold } from './drivers/driver.ts'
import { type IoRedisClient, type IoRedisCluster, onIoRedis, onIoRedisCluster } from './drivers/ioredis.ts'
import {
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisSentinel,
  onNodeRedis,
  onNodeRedisCluster,
  onNodeRedisSentinel,
} from './drivers/node-redis.ts'

/**
 * A client of the user's, connected or connecting: made by `createClient`, `createCluster` or `createSentinel` of `redis`
 * (node-redis, version 5 or later; recommended, see the README), or by `new Redis()` or `new Redis.Cluster()` of
 * `ioredis` (version 5 or later). The store never closes it.
 */
export type RedisClient =
  | NodeRedisClient
  | NodeRedisCluster
  | NodeRedisSentinel
  | IoRedisClient
  | IoRedisCluster

const ADVICE =
  "give a client of 'redis' (createClient, createCluster, createSentinel) or of 'ioredis' (new Redis, new Redis.Cluster), or a URL such as 'redis://localhost'"

const lent: Hold = { close: async () => undefined }

/** @param hold for a client that is the store's own. */
export function driverOn(client: RedisClient, hold: Hold = lent): Driver {
  if (client === null || typeof client !== 'object') throw new OptionInvalid('client', ADVICE)
  if ('callBuffer' in client) {
    checkIoRedis(client)
    return 'isCluster' in client && client.isCluster
      ? onIoRedisCluster(client as IoRedisCluster, hold)
      : onIoRedis(client as IoRedisClient, hold)
  }
  if (!('sendCommand' in client)) throw new OptionInvalid('client', ADVICE)
  if ('masters' in client) return onNodeRedisCluster(client, hold)
  if (!('isReady' in client)) throw new OptionInvalid('client', ADVICE)
  return 'acquire' in client
    ? onNodeRedisSentinel(client, hold)
    : onNodeRedis(client as NodeRedisClient, hold)
}

interface IoRedisOptions {
  readonly keyPrefix?: string
  readonly enableAutoPipelining?: boolean
  readonly stringNumbers?: boolean
  readonly redisOptions?: Omit<IoRedisOptions, 'redisOptions'>
}

function checkIoRedis(client: object): void {
  const { redisOptions, ...own } = (client as { options?: IoRedisOptions }).options ?? {}
  // A Cluster hands these to the connection of each node.
  const { keyPrefix, enableAutoPipelining, stringNumbers } = { ...redisOptions, ...own }
  if (keyPrefix)
    throw new OptionInvalid('client', "leave out ioredis's keyPrefix, and give the store's option 'prefix'")
  if (enableAutoPipelining) {
    throw new OptionInvalid(
      'client',
      "leave out ioredis's enableAutoPipelining, which turns bytes into text and damages what is stored",
    )
  }
  if (stringNumbers) {
    throw new OptionInvalid(
      'client',
      "leave out ioredis's stringNumbers, or give the store a client of its own: it reads the server's numbers as numbers",
    )
  }
}
