import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { createClient, createCluster } from 'redis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { missing, pgBouncerUrl, postgresDatabase, postgresUrl, redisClusterUrls, redisUrl } from './index.ts'
import { signal } from './signal.ts'

describe.skipIf(await missing('postgres'))('PostgreSQL for tests', () => {
  it('loses nothing that it has committed', async () => {
    const url = await postgresUrl()
    expect(await ask(url, 'SHOW fsync')).toBe('on')
    expect(await ask(url, 'SHOW synchronous_commit')).toBe('on')
  })

  it('gives each who asks a database of its own, and drops it', async () => {
    const [one, other] = [await postgresDatabase(), await postgresDatabase()]
    await ask(one.url, 'CREATE TABLE receipts (id int)')
    expect(await ask(one.url, `SELECT to_regclass('receipts')`)).toBe('receipts')
    expect(await ask(other.url, `SELECT to_regclass('receipts')`)).toBeNull()
    await Promise.all([one.drop(), other.drop()])
    await expect(ask(one.url, 'SELECT 1')).rejects.toThrow('does not exist')
  })
})

describe.skipIf(await missing('pgbouncer'))('PgBouncer for tests', () => {
  it('shows the same database, and lends its connections for a transaction', async () => {
    const database = await postgresDatabase()
    onTestFinished(() => database.drop())
    const url = await pgBouncerUrl(database.url)
    await ask(url, 'CREATE TABLE receipts (id int)')
    expect(await ask(database.url, `SELECT to_regclass('receipts')`)).toBe('receipts')
    const console = new URL(url)
    console.pathname = '/pgbouncer'
    const modes = await query(console.href, 'SHOW CONFIG')
    expect(modes).toContainEqual(expect.arrayContaining(['pool_mode', 'transaction']))
  })
})

describe.skipIf(await missing('redis'))('Redis for tests', () => {
  it('keeps what it is told, and evicts nothing', async () => {
    const client = createClient({ url: await redisUrl() })
    await client.connect()
    onTestFinished(() => client.destroy())
    expect(await client.configGet('appendonly')).toEqual({ appendonly: 'yes' })
    expect(await client.configGet('maxmemory-policy')).toEqual({ 'maxmemory-policy': 'noeviction' })
  })
})

describe.skipIf(await missing('redis-cluster'))('the Redis Cluster for tests', () => {
  it('has three nodes, each with keys of its own', async () => {
    const cluster = createCluster({ rootNodes: (await redisClusterUrls()).map((url) => ({ url })) })
    await cluster.connect()
    onTestFinished(() => cluster.destroy())
    expect(cluster.masters).toHaveLength(3)
    // Their slots: 12182, 5061 and 866.
    const values = ['foo', 'bar', 'hello'].map((key) => cluster.incr(`servers.test:{${key}}`))
    expect((await Promise.all(values)).every((value) => value > 0)).toBe(true)
  })
})

it('leaves neither process nor folder behind when the run is killed', async () => {
  const program = fileURLToPath(new URL('./watched-process.ts', import.meta.url))
  const run = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(run.stdout, 'data')
  const { pid, folder } = JSON.parse(String(line))
  expect([signal(pid, 0), existsSync(folder)]).toEqual([true, true])
  run.kill('SIGKILL')
  // A container's first process may leave a dead one's entry in the table: the folder goes after the process did.
  await vi.waitFor(() => expect(existsSync(folder)).toBe(false), { timeout: 30_000 })
})

async function ask(url: string, question: string): Promise<unknown> {
  return (await query(url, question))[0]?.[0]
}

async function query(connectionString: string, text: string): Promise<readonly unknown[][]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' })
    return rows
  } finally {
    await client.end()
  }
}
