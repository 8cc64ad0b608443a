import type { ReceiptStore, StoreDescription } from './core/index.ts'
import { assertMemory, sqlitePath, storeUrl } from './store-url.ts'

export interface OpenStoreOptions {
  /**
   * Whether a Redis whose settings break the store's promise (it evicts, it can't save) is refused: yes, unless this says
   * `false`, for a look at what such a server holds.
   */
  readonly refuseUnsafe?: boolean
}

/**
 * Open a store by its URL; its module, and a driver where it has one, is loaded only now.
 *
 * | URL | store |
 * | --- | --- |
 * | `memory:` | this process's memory, gone when it ends |
 * | `sqlite:receipts.db`, `sqlite:../data/receipts.db` | a SQLite file, from the working directory |
 * | `sqlite:///var/lib/receipts.db` | a SQLite file by its absolute path |
 * | `postgres://user:password@host/database` | a PostgreSQL database, through the driver `pg` |
 * | `redis://user:password@host:6379/0`, `rediss://…` | a Redis or Valkey server; the second by TLS |
 * | `redis+sentinel://host1:26379,host2/primary` | the primary of that name, as these Sentinels tell |
 * | `redis+cluster://host1:6379,host2` | a Redis Cluster, found by these nodes |
 *
 * A file's path is taken as written: nothing in it is decoded. A PostgreSQL URL takes the options of `postgresStore`
 * behind a `?` (`schema`, `table-prefix`, `max-connections`, `answer-within-ms`, and `migrate=true` to create its
 * tables), and the driver's own (`sslmode`, …). Redis takes `prefix`, `wait-for-replicas`, `replica-timeout-ms` and
 * `answer-within-ms` behind a `?`, and needs the package `redis`.
 *
 * @throws {StoreUrlInvalid} for a URL that names no store.
 * @throws {StoreUnavailable} where the store can't be opened as it stands.
 */
export async function openStore(
  url: string,
  { refuseUnsafe = true }: OpenStoreOptions = {},
): Promise<ReceiptStore> {
  const { kind, scheme, rest } = storeUrl(url)
  switch (kind) {
    case 'memory':
      return openMemory(rest)
    case 'sqlite':
      return openSqlite(rest)
    case 'postgres':
      return openPostgres(`${scheme}:${rest}`)
    case 'redis': {
      const { openRedisStore } = await import('./stores/redis/index.ts')
      return openRedisStore(url, { refuseUnsafe })
    }
  }
}

/**
 * What the store that this URL names keeps, and its very claim, for humans to read. Nothing is opened: neither file, server nor
 * driver is needed.
 *
 * @throws {StoreUrlInvalid} for a URL that names no store.
 */
export async function describeStore(url: string): Promise<StoreDescription> {
  const { kind, scheme, rest } = storeUrl(url)
  switch (kind) {
    case 'memory': {
      const { describeMemory } = await import('./stores/memory/describe.ts')
      return describeMemory()
    }
    case 'sqlite': {
      sqlitePath(rest)
      const { describeSqlite } = await import('./stores/sqlite/describe.ts')
      return describeSqlite()
    }
    case 'postgres': {
      const { describePostgres } = await import('./stores/postgres/describe.ts')
      return describePostgres(`${scheme}:${rest}`)
    }
    case 'redis': {
      const { describeRedis } = await import('./stores/redis/url.ts')
      return describeRedis(url)
    }
  }
}

async function openMemory(rest: string): Promise<ReceiptStore> {
  assertMemory(rest)
  const { memoryStore } = await import('./stores/memory/index.ts')
  return memoryStore()
}

async function openSqlite(rest: string): Promise<ReceiptStore> {
  const path = sqlitePath(rest)
  const { sqliteStore } = await import('./stores/sqlite/index.ts')
  return opened(sqliteStore(path))
}

async function openPostgres(url: string): Promise<ReceiptStore> {
  const { postgresStore, readUrl } = await import('./stores/postgres/index.ts')
  const { connection, options } = readUrl(url)
  return opened(postgresStore(connection, options))
}

/** It is opened now, so that a wrong file or address, or a missing table, is told here and not at the first claim. */
async function opened(store: ReceiptStore): Promise<ReceiptStore> {
  try {
    await store.audit()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
