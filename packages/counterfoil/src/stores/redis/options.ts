import { OptionInvalid, timerMs } from '../../core/index.ts'
import type { Driver } from './drivers/driver.ts'

export interface RedisStoreOptions {
  /** What every key begins with. Each store of its own, on one server, has a prefix of its own. Default `counterfoil:`. */
  readonly prefix?: string
  /**
   * A write is answered once so many replicas have it (WAIT). Where fewer do in time, it is unknown whether it will
   * last: the call rejects, and may be sent again under its token. Name all that may be promoted. Default 0.
   */
  readonly waitForReplicas?: number
  /** How long to wait for them. Default 1000. */
  readonly replicaTimeoutMs?: number
  /** Every call is answered within this time, or rejects; a walk over all keys within this time per stretch. Default 5000. */
  readonly answerWithinMs?: number
}

export interface Settings {
  readonly prefix: string
  readonly waitForReplicas: number
  readonly replicaTimeoutMs: number
  readonly answerWithinMs: number
}

export function prefixOf({ prefix = 'counterfoil:' }: RedisStoreOptions): string {
  if (typeof prefix !== 'string' || prefix.length > 100 || /[{}\s\p{Cc}]/u.test(prefix)) {
    throw new OptionInvalid('prefix', "give a short text without white space and braces, such as 'shop:'")
  }
  return prefix
}

export function settingsOf(options: RedisStoreOptions, driver: Pick<Driver, 'connection'>): Settings {
  const prefix = prefixOf(options)
  const { waitForReplicas = 0, replicaTimeoutMs = 1000, answerWithinMs = 5000 } = options
  if (!Number.isSafeInteger(waitForReplicas) || waitForReplicas < 0) {
    throw new OptionInvalid('waitForReplicas', 'give a whole number of replicas, 0 or more')
  }
  if (waitForReplicas > 0 && driver.connection === undefined) {
    throw new OptionInvalid(
      'waitForReplicas',
      "this client doesn't tell which connection took a write, and WAIT answers for one connection alone; for Sentinel use ioredis's 'sentinels', and for a Cluster node-redis's createCluster",
    )
  }
  timerMs('replicaTimeoutMs', replicaTimeoutMs)
  timerMs('answerWithinMs', answerWithinMs)
  if (waitForReplicas > 0 && replicaTimeoutMs >= answerWithinMs) {
    throw new OptionInvalid('replicaTimeoutMs', 'make it shorter than answerWithinMs')
  }
  return { prefix, waitForReplicas, replicaTimeoutMs, answerWithinMs }
}
