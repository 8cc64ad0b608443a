const ports: Readonly<Record<string, string>> = { postgres: '5432', postgresql: '5432' }
const REDIS_PORT = '6379'

/** Where the store's server listens, the first where there are several: to tell when it has died and when it is back. */
export function serverIn(url: string): URL {
  const [, scheme = '', host = '127.0.0.1', port] =
    /^([^:]+):\/\/(?:[^/]*@)?(\[[^\]]*\]|[^:,/?]+)?(?::(\d+))?/.exec(url) ?? []
  return new URL(`tcp://${host}:${port ?? ports[scheme.toLowerCase()] ?? REDIS_PORT}`)
}
