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

/** Private ones with durability as in production, or those that the environment names. */
export async function startServers(
  needed: ReadonlySet<ServerName>,
  _whose: 'given or private' | 'private' = 'given or private',
): Promise<Servers> {
  const given = urlsIn(process.env)
  const missing = new Map<ServerName, string>()
  if (needed.has('postgres') && given.postgresUrl === '') missing.set('postgres', 'not there')
  if (needed.has('redis') && given.redisUrl === '') missing.set('redis', 'not there')
  return {
    ...given,
    facts: [
      ...(needed.has('postgres') ? [await postgresFacts(given.postgresUrl)] : []),
      ...(needed.has('redis') ? [await redisFacts(given.redisUrl)] : []),
    ],
    missing,
    end: async () => undefined,
  }
}
