import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type ReceiptStore } from 'counterfoil'
import { createClient } from 'redis'
import type { ServerFacts } from '../servers/facts.ts'
import { ask } from '../servers/postgres-database.ts'
import { startServers } from '../servers/start.ts'

export const grownStores = ['sqlite', 'postgres', 'redis'] as const
export type GrownStore = (typeof grownStores)[number]

/** A store that has its file, or its server, for itself: what else is in there would be in the figures. */
export interface Grown {
  readonly store: ReceiptStore
  readonly facts: readonly ServerFacts[]
  /** What it takes, where its receipts are: on the disk or, for Redis, in memory. */
  bytes(): Promise<number>
  /** Lets it finish what filling it has left to do. */
  settleDown(): Promise<void>
  end(): Promise<void>
}

/** A `string` says why there is none. */
export async function grown(kind: GrownStore, folder: string): Promise<Grown | string> {
  switch (kind) {
    case 'sqlite':
      return onSqlite(folder)
    case 'postgres':
      return onPostgres()
    case 'redis':
      return onRedis()
  }
}

async function onSqlite(folder: string): Promise<Grown> {
  mkdirSync(folder, { recursive: true })
  const store = await openStore(`sqlite:${join(folder, 'receipts.db')}`)
  const sizes = (): number[] => readdirSync(folder).map((file) => statSync(join(folder, file)).size)
  return {
    store,
    facts: [],
    bytes: async () => sizes().reduce((sum, size) => sum + size, 0),
    settleDown: async () => undefined,
    end: () => store.close(),
  }
}

async function onPostgres(): Promise<Grown | string> {
  const servers = await startServers(new Set(['postgres']), 'private')
  const missing = servers.missing.get('postgres')
  if (missing !== undefined) return missing
  const { postgresUrl: server } = servers
  const url = new URL(server)
  url.searchParams.set('migrate', 'true')
  const store = await openStore(url.href)
  return {
    store,
    facts: servers.facts,
    async bytes() {
      const { rows } = await ask(server, 'SELECT pg_database_size(current_database()) AS size')
      return Number(rows[0].size)
    },
    async settleDown() {
      await ask(server, 'VACUUM (ANALYZE)')
      await ask(server, 'CHECKPOINT')
    },
    async end() {
      await store.close()
      await servers.end()
    },
  }
}

async function onRedis(): Promise<Grown | string> {
  const servers = await startServers(new Set(['redis']), 'private')
  const missing = servers.missing.get('redis')
  if (missing !== undefined) return missing
  const { redisUrl } = servers
  const store = await openStore(redisUrl)
  return {
    store,
    facts: servers.facts,
    bytes: () => usedMemory(redisUrl),
    settleDown: async () => undefined,
    async end() {
      await store.close()
      await servers.end()
    },
  }
}

async function usedMemory(url: string): Promise<number> {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  const memory = await client.info('memory')
  await client.close()
  return Number(/used_memory:(\d+)/.exec(memory)?.[1])
}
