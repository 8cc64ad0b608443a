import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nginxStart } from './peers/nginx.ts'
import { restateFolder } from './peers/restate.ts'
import { ServerProcess, type Start } from './server-process.ts'
import type { ServerName } from './servers.ts'

/** `dist`: what is published, as `npm run build` left it. `source`: what is being worked on. */
export type Origin = 'dist' | 'source'

interface Surroundings {
  readonly origin: Origin
  /** Where proxies send their requests. */
  readonly upstreamPort: number
  /** For the files of this server alone. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
}

export function startUpstream(): Promise<ServerProcess> {
  return ServerProcess.start('upstream', script('proxies/upstream.ts', 'dist'))
}

export async function startServer(server: ServerName, surroundings: Surroundings): Promise<ServerProcess> {
  mkdirSync(surroundings.folder, { recursive: true })
  const start = await startOf(server, surroundings)
  return ServerProcess.start(server, { ...start, env: { ...start.env, ...surroundings.env } })
}

function startOf(server: ServerName, { origin, upstreamPort, folder }: Surroundings): Start | Promise<Start> {
  switch (server) {
    case 'node-bare':
    case 'express-bare':
    case 'fastify-bare':
    case 'hono-bare':
      return script(`apps/${server.replace('-bare', '')}.ts`, origin, 'bare')
    case 'node':
    case 'express':
    case 'fastify':
    case 'hono':
      return script(`apps/${server}.ts`, origin)
    case 'undici-proxy':
      return script('proxies/undici.ts', origin, String(upstreamPort))
    case 'node-proxy':
      return script('proxies/node.ts', origin, String(upstreamPort))
    case 'nginx':
      return nginxStart(upstreamPort, folder)
    case 'restate':
      return script('peers/restate-process.ts', origin, restateFolder() as string, folder)
    case 'gateway':
      return gateway(origin, upstreamPort, 'memory:')
    case 'gateway-sqlite':
      return gateway(origin, upstreamPort, `sqlite://${join(folder, 'receipts.db')}`)
  }
}

function gateway(origin: Origin, upstreamPort: number, store: string): Start {
  const command = { dist: 'bin/counterfoil.mjs', source: 'src/main.ts' }[origin]
  const path = `../../packages/cli/${command}`
  const upstream = `http://127.0.0.1:${upstreamPort}`
  return {
    ...script(path, origin, 'gateway', '--upstream', upstream, '--listen', '127.0.0.1:0', '--store', store),
    port: { on: 'stderr', line: /^counterfoil: http:\/\/127\.0\.0\.1:(\d+) / },
  }
}

function script(path: string, origin: Origin, ...args: string[]): Start {
  const conditions = origin === 'source' ? ['--conditions=@counterfoil/source'] : []
  return {
    command: process.execPath,
    args: [...conditions, fileURLToPath(new URL(path, import.meta.url)), ...args],
    port: { on: 'stdout', line: /^listening on (\d+)$/ },
  }
}
