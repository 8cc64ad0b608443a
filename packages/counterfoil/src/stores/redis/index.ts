export { prefixApart } from './apart.ts'
export type { RedisClient } from './client.ts'
export type { IoRedisClient, IoRedisCluster } from './drivers/ioredis.ts'
export type {
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisSentinel,
} from './drivers/node-redis.ts'
export type { RedisStoreOptions } from './options.ts'
export { redisStore } from './store.ts'
export { openRedisStore } from './url.ts'
