import type { OpenContender } from './contender.ts'
import type { ContenderName } from './contenders.ts'

/** Loads no more than the one that is measured. */
export async function contenderOf(name: ContenderName): Promise<OpenContender> {
  switch (name) {
    case 'memory':
      return (await import('./contenders/memory.ts')).openMemory
    case 'sqlite':
      return (await import('./contenders/sqlite.ts')).openSqlite
    case 'by-hand':
      return (await import('./contenders/by-hand.ts')).openStepByStep
    case 'grouped':
      return (await import('./contenders/by-hand.ts')).openGrouped
    case 'grouped-worker':
      return (await import('./contenders/by-hand.ts')).openGroupedInWorker
    case 'postgres':
      return (await import('./contenders/postgres.ts')).openPostgres
    case 'postgres-by-hand':
      return (await import('./contenders/postgres-by-hand.ts')).openStatementByStatement
    case 'postgres-grouped':
      return (await import('./contenders/postgres-by-hand.ts')).openBatched
    case 'dbos':
      return (await import('./contenders/peers/dbos.ts')).openDbos
    case 'restate':
      return (await import('./contenders/peers/restate.ts')).openRestate
    case 'redis':
      return (await import('./contenders/redis.ts')).openOnNodeRedis
    case 'redis-cached':
      return (await import('./contenders/redis.ts')).openCachedOnNodeRedis
    case 'redis-ioredis':
      return (await import('./contenders/redis.ts')).openOnIoRedis
    case 'redis-by-hand':
      return (await import('./contenders/redis-by-hand.ts')).openByNodeRedis
    case 'ioredis-by-hand':
      return (await import('./contenders/redis-by-hand.ts')).openByIoRedis
    case 'node-idempotency':
      return (await import('./contenders/peers/node-idempotency.ts')).openNodeIdempotency
    case 'powertools':
      return (await import('./contenders/peers/powertools.ts')).openPowertools
    case 'express-idempotency':
      return (await import('./contenders/peers/express-idempotency.ts')).openExpressIdempotency
  }
}
