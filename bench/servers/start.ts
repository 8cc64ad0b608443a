import { startPostgres } from '../../test-support/servers/postgres.ts'
import { findRedis, startNode } from '../../test-support/servers/redis.ts'
import { ServerMissing } from '../../test-support/servers/server-missing.ts'
import type { RunningServer } from '../../test-support/servers/server-process.ts'
import { type ContenderName, contenders } from '../contenders.ts'
import { postgresFacts, redisFacts, type ServerFacts } from './facts.ts'
import { type ServerUrls, urlsIn } from './urls.ts'

/** The servers that a run has. */
export interface Servers extends ServerUrls {
  readonly facts: readonly ServerFacts[]
  /** Why there is none, by what it is. */
  readonly missing: ReadonlyMap<ServerName, string>
  end(): Promise<void>
}

export type ServerName = 'postgres' | 'redis'

export function serversNeeded(names: readonly ContenderName[]): ReadonlySet<ServerName> {
  return new Set(names.flatMap((name) => contenders[name].on ?? []))
}

/**
 * Durable as in production, which is their default, and with the memory that one would give them. A checkpoint every few
 * seconds would be most of what is measured.
 */
const POSTGRES = { shared_buffers: '2GB', max_wal_size: '8GB', checkpoint_timeout: '15min' }

/** Its file only grows meanwhile. To rewrite it takes a second process, in whichever cell it happens to begin. */
const REDIS = ['--appendfsync', 'everysec', '--auto-aof-rewrite-percentage', '0']

/** Those that the environment names, or private ones. */
export async function startServers(
  needed: ReadonlySet<ServerName>,
  whose: 'given or private' | 'private' = 'given or private',
): Promise<Servers> {
  const given = whose === 'private' ? urlsIn({}) : urlsIn(process.env)
  const started: RunningServer[] = []
  const missing = new Map<ServerName, string>()
  const startedWhereMissing = async (
    name: ServerName,
    givenUrl: string,
    start: () => Promise<RunningServer>,
  ): Promise<RunningServer | undefined> => {
    if (!needed.has(name) || givenUrl !== '') return undefined
    try {
      const server = await start()
      started.push(server)
      return server
    } catch (error) {
      if (!(error instanceof ServerMissing)) throw error
      missing.set(name, error.message)
      return undefined
    }
  }
  const postgres = await startedWhereMissing('postgres', given.postgresUrl, () => startPostgres(POSTGRES))
  const redis = await startedWhereMissing('redis', given.redisUrl, async () =>
    startNode(await findRedis(), REDIS),
  )
  const postgresUrl = postgres?.url ?? given.postgresUrl
  const redisUrl = redis?.url ?? given.redisUrl
  return {
    postgresUrl,
    redisUrl,
    ...(postgres && { postgresPid: postgres.pid }),
    ...(redis && { redisPid: redis.pid }),
    facts: [
      ...(needed.has('postgres') && postgresUrl !== '' ? [await postgresFacts(postgresUrl)] : []),
      ...(needed.has('redis') && redisUrl !== '' ? [await redisFacts(redisUrl)] : []),
    ],
    missing,
    end: async () => void (await Promise.all(started.map((server) => server.stop()))),
  }
}
