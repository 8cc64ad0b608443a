import { OptionInvalid, StoreUrlInvalid } from '../../core/index.ts'
import type { PgPool } from './clients.ts'
import type { Driver } from './driver.ts'
import type { CheckedConnection } from './options.ts'
import { PgDriver } from './pg-driver.ts'
import { PostgresDriver } from './postgres-driver.ts'

/** The driver of the user's own connections; for a URL `pg` is loaded now, and a pool made of the store's own. */
export async function openDriver(
  connection: CheckedConnection,
  { answerWithinMs, maxConnections }: { readonly answerWithinMs: number; readonly maxConnections: number },
): Promise<Driver> {
  switch (connection.by) {
    case 'pg':
      return new PgDriver(connection.pool, 'user', answerWithinMs)
    case 'postgres':
      return new PostgresDriver(connection.sql, answerWithinMs)
    case 'url':
      return new PgDriver(await poolFor(connection.url, maxConnections), 'store', answerWithinMs)
  }
}

async function poolFor(url: string, max: number): Promise<PgPool> {
  const { default: pg } = await loadPg()
  try {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      keepAlive: true,
      allowExitOnIdle: true,
      application_name: 'counterfoil',
    })
    // A connection that is lost while it is idle is of no use to anybody, and no reason to end the process.
    pool.on('error', () => undefined)
    return pool
  } catch {
    throw new OptionInvalid(
      'connection',
      "the URL can't be understood; write postgres://user:password@host:5432/database",
    )
  }
}

async function loadPg() {
  try {
    return await import('pg')
  } catch (error) {
    throw new StoreUrlInvalid("The driver for 'postgres:' URLs is not installed: npm install pg.", {
      cause: error,
    })
  }
}
