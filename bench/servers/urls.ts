/** The servers of a run; empty where it needs none. */
export interface ServerUrls {
  readonly postgresUrl: string
  readonly redisUrl: string
  /** Of those that the bench has started itself: whose CPU time it can read. */
  readonly postgresPid?: number
  readonly redisPid?: number
}

const VARIABLES = {
  postgresUrl: 'COUNTERFOIL_BENCH_POSTGRES_URL',
  redisUrl: 'COUNTERFOIL_BENCH_REDIS_URL',
  postgresPid: 'COUNTERFOIL_BENCH_POSTGRES_PID',
  redisPid: 'COUNTERFOIL_BENCH_REDIS_PID',
} as const

/** By its environment a process is told which ones to use: a URL may have a password in it. */
export function urlsIn(env: NodeJS.ProcessEnv): ServerUrls {
  const [postgresPid, redisPid] = [env[VARIABLES.postgresPid], env[VARIABLES.redisPid]]
  return {
    postgresUrl: env[VARIABLES.postgresUrl] ?? '',
    redisUrl: env[VARIABLES.redisUrl] ?? '',
    ...(postgresPid && { postgresPid: Number(postgresPid) }),
    ...(redisPid && { redisPid: Number(redisPid) }),
  }
}

export function variablesOf({ postgresUrl, redisUrl, postgresPid, redisPid }: ServerUrls): NodeJS.ProcessEnv {
  return {
    [VARIABLES.postgresUrl]: postgresUrl,
    [VARIABLES.redisUrl]: redisUrl,
    ...(postgresPid && { [VARIABLES.postgresPid]: String(postgresPid) }),
    ...(redisPid && { [VARIABLES.redisPid]: String(redisPid) }),
  }
}
