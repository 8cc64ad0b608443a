import { statfsSync } from 'node:fs'
import { createClient } from 'redis'
import { ask } from './postgres-database.ts'

/** Version and settings, as the server itself says. */
export interface ServerFacts {
  readonly name: string
  readonly says: string
}

const POSTGRES_SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'shared_buffers',
  'max_wal_size',
] as const
const REDIS_SETTINGS = ['appendonly', 'appendfsync', 'auto-aof-rewrite-percentage', 'io-threads'] as const

export async function postgresFacts(url: string): Promise<ServerFacts> {
  const names = ['server_version', 'data_directory', ...POSTGRES_SETTINGS]
  const { rows } = await ask(url, `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`)}`)
  const [found] = rows as [Record<string, string>]
  const settings = POSTGRES_SETTINGS.map((name) => `${name} ${found[name]}`)
  return {
    name: 'PostgreSQL',
    says: [found.server_version, ...settings, ...inMemory(found.data_directory)].join(', '),
  }
}

export async function redisFacts(url: string): Promise<ServerFacts> {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1]
  const found: Record<string, string> = await client.configGet([...REDIS_SETTINGS, 'dir'])
  await client.close()
  const settings = REDIS_SETTINGS.map((name) => `${name} ${found[name]}`)
  return { name: 'Redis', says: [version, ...settings, ...inMemory(found.dir)].join(', ') }
}

const TMPFS = 0x01021994

/** Where the folder is of this machine and on no disk, an fsync costs nothing, and the figures say less. */
function inMemory(folder: string | undefined): string[] {
  try {
    return folder !== undefined && statfsSync(folder).type === TMPFS ? ['ITS FILES ARE IN MEMORY'] : []
  } catch {
    return []
  }
}
