import type { PlaceApart } from './core/index.ts'
import { sqlitePath, storeUrl } from './store-url.ts'

/**
 * A place of its own beside the store that this URL opens, for a test or a proof that must not touch its receipts: the
 * same server, the same settings, nothing in it.
 *
 * | store | the place | what removes it |
 * | --- | --- | --- |
 * | `memory:` | a store of its own | nothing needs to |
 * | `sqlite:` | a file in a new folder beside the store's file | the folder is deleted |
 * | `postgres:` | a new schema in the same database | `DROP SCHEMA … CASCADE` |
 * | `redis:` and its kin | keys under a longer prefix, in the same database | SCAN by that prefix, and DEL |
 *
 * It shares the server's memory, disk and time with the store: what is done in it is felt there.
 *
 * @throws {StoreUrlInvalid} for a URL that names no store.
 * @throws {StoreUnavailable} where a place of its own can't be had.
 */
export async function placeApart(url: string): Promise<PlaceApart> {
  const { kind, rest } = storeUrl(url)
  switch (kind) {
    case 'memory':
      return { url, name: 'memory', network: { kind: 'none' }, clock: 'host', remove: async () => {} }
    case 'sqlite': {
      const { fileApart } = await import('./stores/sqlite/apart.ts')
      return fileApart(sqlitePath(rest))
    }
    case 'postgres': {
      const { schemaApart } = await import('./stores/postgres/apart.ts')
      return schemaApart(url)
    }
    case 'redis': {
      const { prefixApart } = await import('./stores/redis/apart.ts')
      return prefixApart(url)
    }
  }
}
