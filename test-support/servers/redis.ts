import { join } from 'node:path'
import { createClient } from 'redis'
import { environmentOf, findPrograms, type Programs } from './programs.ts'
import { type RunningServer, startServer } from './server-process.ts'
import { serverFolder } from './unprivileged.ts'

/** Starts a private Redis, which keeps what it is told: an append-only file, and no eviction. */
export async function startRedis(): Promise<RunningServer> {
  return startNode(await findRedis(), [])
}

/** Sends one command to the server, over a connection of its own. */
export async function tellRedis(url: string, ...command: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => {})
  await client.connect()
  try {
    return await client.sendCommand(command)
  } finally {
    client.destroy()
  }
}

/** Redis' program, whether for a single server or for a node. */
export function findRedis(): Promise<Programs> {
  return findPrograms({
    server: 'Redis',
    programs: ['redis-server'],
    leastVersion: 7,
    debianPackage: 'redis-server',
    variable: 'COUNTERFOIL_TEST_REDIS_URL',
  })
}

/** Starts a private Valkey, on the same terms as a Redis. */
export async function startValkey(): Promise<RunningServer> {
  const programs = await findPrograms({
    server: 'Valkey',
    programs: ['valkey-server'],
    leastVersion: 7,
    debianPackage: 'valkey-server',
    variable: 'COUNTERFOIL_TEST_VALKEY_URL',
  })
  return startNode(programs, [], 'valkey-server')
}

/** Starts one Redis process with settings beside those that keep what it is told. */
export async function startNode(
  programs: Programs,
  settings: readonly string[],
  program: 'redis-server' | 'valkey-server' = 'redis-server',
): Promise<RunningServer> {
  const folder = await serverFolder()
  const persistence = ['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction']
  return startServer({
    server: program === 'valkey-server' ? 'Valkey' : 'Redis',
    stopSignal: 'SIGKILL',
    folder,
    command: async (port) => [
      join(programs.root, programs.bin, program),
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...persistence, ...settings],
    ],
    options: { cwd: folder, env: environmentOf(programs) },
    url,
    answers: async (port, pid) =>
      String(await tellRedis(url(port), 'INFO', 'server')).includes(`process_id:${pid}\r\n`),
  })
}

function url(port: number): string {
  return `redis://127.0.0.1:${port}`
}
