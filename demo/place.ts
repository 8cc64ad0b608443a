import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

/** Where a run of the demonstration happens: all its processes share it. */
export interface Place {
  /** For the ledger, and whatever else is a file. */
  readonly folder: string
  readonly storeUrl: string
  /** The store, for humans. */
  readonly store: string
}

/**
 * A SQLite file, or a place of this run's own in the store that was named: a schema in PostgreSQL, a prefix in Redis.
 * What a run leaves there stays, to be looked at with `counterfoil receipts ls`.
 */
export function placeOf(store: string | undefined, folder: string): Place {
  if (store === undefined) {
    return { folder, storeUrl: `sqlite:${join(folder, 'receipts.db')}`, store: 'one SQLite file' }
  }
  const run = randomBytes(4).toString('hex')
  if (/^postgres(ql)?:/.test(store)) {
    const schema = `counterfoil_demo_${run}`
    return {
      folder,
      storeUrl: withOptions(store, `schema=${schema}&migrate=true`),
      store: `PostgreSQL's schema ${schema}`,
    }
  }
  if (/^rediss?[:+]/.test(store)) {
    const prefix = `counterfoil-demo-${run}:`
    return {
      folder,
      storeUrl: withOptions(store, `prefix=${prefix}`),
      store: `Redis, under the prefix ${prefix}`,
    }
  }
  return { folder, storeUrl: store, store: 'the store that was named' }
}

function withOptions(url: string, options: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${options}`
}
