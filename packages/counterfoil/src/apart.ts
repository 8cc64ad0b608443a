import { type PlaceApart, StoreUrlInvalid } from './core/index.ts'
import { sqlitePath } from './open.ts'

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
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? []
  switch (scheme.toLowerCase()) {
    case 'memory':
      return { url, name: 'memory', network: { kind: 'none' }, clock: 'host', remove: async () => {} }
    case 'sqlite': {
      const { fileApart } = await import('./stores/sqlite/index.ts')
      return fileApart(sqlitePath(rest))
    }
    case 'postgres':
    case 'postgresql': {
      const { schemaApart } = await import('./stores/postgres/index.ts')
      return schemaApart(url)
    }
    default: {
      if (!/^rediss?(\+(sentinel|cluster))?$/i.test(scheme)) throw new StoreUrlInvalid(NO_STORE)
      const { prefixApart } = await import('./stores/redis/index.ts')
      return prefixApart(url)
    }
  }
}

const NO_STORE =
  "There is no store for this URL: use 'sqlite:receipts.db', 'postgres://host/database' or 'redis://host:6379'."
