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
  // `pg` takes one without a host as well: user@/database?host=/socket/directory
  if (!URL.canParse(url.replace('@/', '@localhost/'))) {
    throw new StoreUrlInvalid(
      "The PostgreSQL store's URL can't be read: write 'postgres://user:password@host:5432/database', and what of '#', '/', '?', '@', ':' and '%' is in the password by its percent-encoding.",
    )
  }
  try {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      keepAlive: true,
      allowExitOnIdle: true,
      application_name: 'counterfoil',
      Client: endedOnFailure(pg.Client),
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

/**
 * `pg` leaves the socket open where it itself gives up a login, as for want of a password: the server would hold it, and
 * with it this process, for its `authentication_timeout` of a minute.
 */
function endedOnFailure(Client: PgClient): PgClient {
  return class extends Client {
    override connect(): Promise<this>
    override connect(callback: (error: Error) => void): void
    override connect(callback?: (error: Error) => void): Promise<this> | undefined {
      if (callback === undefined) return super.connect() as Promise<this>
      super.connect((error: Error) => {
        if (error) this.end().catch(() => undefined)
        callback(error)
      })
      return undefined
    }
  }
}

type PgClient = Awaited<ReturnType<typeof loadPg>>['Client']

async function loadPg() {
  try {
    return await import('pg')
  } catch (error) {
    throw new StoreUrlInvalid("The driver for 'postgres:' URLs is not installed: npm install pg.", {
      cause: error,
    })
  }
}
