/** The servers of a run; empty where it needs none. */
export interface ServerUrls {
  readonly postgresUrl: string
  readonly redisUrl: string
}

const POSTGRES = 'COUNTERFOIL_BENCH_POSTGRES_URL'
const REDIS = 'COUNTERFOIL_BENCH_REDIS_URL'

/** By its environment a process is told which ones to use: a URL may have a password in it. */
export function urlsIn(env: NodeJS.ProcessEnv): ServerUrls {
  return { postgresUrl: env[POSTGRES] ?? '', redisUrl: env[REDIS] ?? '' }
}

export function variablesOf({ postgresUrl, redisUrl }: ServerUrls): NodeJS.ProcessEnv {
  return { [POSTGRES]: postgresUrl, [REDIS]: redisUrl }
}
