import type pg from 'pg'
import type { PgPool, PgPoolClient } from '../../../src/stores/postgres/index.ts'

export type Rewrite = (text: string) => string

/** A pool whose statements say something else than the store wrote. `text` must change for at least one of them. */
export function rewritingPool(
  pool: pg.Pool,
  rewrite: Rewrite,
): PgPool & { readonly rewritten: () => number } {
  const clients = new WeakMap<pg.PoolClient, PgPoolClient>()
  let rewritten = 0
  const wrapped = (client: pg.PoolClient): PgPoolClient => {
    const known = clients.get(client)
    if (known !== undefined) return known
    const made: PgPoolClient = {
      query: async ({ text, values }) => {
        const other = rewrite(text)
        if (other !== text) rewritten += 1
        return client.query(other, values)
      },
      release: (error) => client.release(error),
      on: (event: string, listener: (...args: never[]) => void) =>
        client.on(event as 'error', listener as never),
    }
    clients.set(client, made)
    return made
  }
  return Object.assign(Object.create(pool) as PgPool, {
    connect: async () => wrapped(await pool.connect()),
    rewritten: () => rewritten,
  })
}
