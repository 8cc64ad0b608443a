import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, receiptId } from 'counterfoil'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { postgresDatabase, redisClusterUrls, redisUrl } from '../../../../../test-support/servers/index.ts'
import { tellRedis } from '../../../../../test-support/servers/redis.ts'
import { proveStoreAt, proveStoreHere, scenarioIn } from './prove-store.ts'
import { redisOfItsOwn } from './redis-of-its-own.ts'

const soak = process.env.COUNTERFOIL_SOAK === '1'
const small = soak ? ['--rounds', '20'] : ['--rounds', '1', '--processes', '2', '--calls', '60']

describe('prove store', () => {
  it('holds a SQLite store to it in a file of its own, and leaves nothing', async () => {
    const folder = newFolder()
    const proven = await proveStoreAt(`sqlite:${join(folder, 'receipts.db')}`, [
      ...small,
      '--only',
      soak ? 'settings,contract,one-claim,storm,zombies' : 'settings,contract-zombies,one-claim',
    ])
    expect(proven.err).toContain('held')
    expect(proven.code).toBe(0)
    expect(scenarioIn(proven, 'one-claim').requests).toBeGreaterThan(100)
    expect(scenarioIn(proven, 'one-claim').effects).toMatchObject({
      expected: { least: 1, most: 1 },
      seen: [{ effects: 1 }],
    })
    expect(
      scenarioIn(proven, 'one-claim').timeline.filter(({ role }) => role === 'ran').length,
    ).toBeGreaterThan(0)
    expect(readdirSync(folder)).toEqual([])
  })

  it('holds a PostgreSQL store to it through cut connections and skewed clocks, in a schema of its own', async () => {
    const { url, drop } = await postgresDatabase()
    onTestFinished(drop)
    const kept = await oneReceiptIn(`${url}?migrate=true`)
    const proven = await proveStoreAt(url, [
      ...small,
      '--only',
      soak ? 'lost-answers,clock-skew' : 'lost-answers',
    ])
    expect(new Set(Object.values(proven.verdicts))).toEqual(new Set(['held']))
    expect(proven.code).toBe(0)
    expect(lost(scenarioIn(proven, 'lost-answers'))).toBeGreaterThan(0)
    expect(await schemasIn(url)).toEqual([])
    expect(await kept.isThere()).toBe(true)
  })

  // A minute and more, of which the other stores' tests show most.
  if (soak) {
    it('holds a Redis store to it through cut connections, under a prefix of its own', async () => {
      const url = `${await redisUrl()}?prefix=mine-${process.pid}:`
      const kept = await oneReceiptIn(url)
      const proven = await proveStoreAt(url, [...small, '--only', 'lost-answers,storm,zombies'])
      expect(proven.verdicts).toEqual({ storm: 'held', zombies: 'held', 'lost-answers': 'held' })
      expect(await keysUnder(await redisUrl(), `mine-${process.pid}:prove-*`)).toEqual([])
      expect(await kept.isThere()).toBe(true)
      await kept.remove()
    })

    it('says of a Cluster why no connection of its can be cut, and holds it to the rest', async () => {
      const hosts = (await redisClusterUrls()).map((url) => new URL(url).host)
      const proven = await proveStoreAt(`redis+cluster://${hosts.join(',')}`, [
        ...small,
        '--only',
        'storm,lost-answers',
      ])
      expect(proven.verdicts).toEqual({ storm: 'held', 'lost-answers': 'not_shown' })
      expect(scenarioIn(proven, 'lost-answers').verdict).toMatchObject({
        why: expect.stringContaining('past a proxy'),
      })
      expect(proven.code).toBe(3)
    })
  }

  it('finds that a Redis without persistence forgets what it has acknowledged, and shows the calls', async () => {
    const { url, killCmd, restartCmd } = await redisOfItsOwn('--appendonly no')
    const proven = await proveStoreAt(url, [...small, '--only', 'restart', ...commands(killCmd, restartCmd)])
    const { verdict } = scenarioIn(proven, 'restart')
    expect(verdict).toMatchObject({ kind: 'broken', why: expect.stringMatching(/^No order of the calls/) })
    expect(verdict.kind === 'broken' && verdict.evidence.map(({ says }) => says).join('\n')).toMatch(
      /→ \{"kind":"claimed"/,
    )
    expect(proven.code).toBe(1)
  })

  it('shows that one with an append-only file keeps it', async () => {
    const { url, killCmd, restartCmd, pidOf } = await redisOfItsOwn('--appendonly yes')
    const before = pidOf()
    const proven = await proveStoreAt(url, [...small, '--only', 'restart', ...commands(killCmd, restartCmd)])
    expect(proven.verdicts).toEqual({ restart: 'held' })
    expect(pidOf()).not.toBe(before)
    expect(proven.code).toBe(0)
  })

  it('has nothing to do with one that evicts: its settings are refused', async () => {
    const { url } = await redisOfItsOwn('--maxmemory 100mb --maxmemory-policy allkeys-lru')
    const proven = await proveStoreHere(url, [...small, '--only', 'settings,storm'])
    expect(proven.verdicts).toEqual({ settings: 'broken', storm: 'not_shown' })
    expect(scenarioIn(proven, 'settings').verdict).toMatchObject({
      why: expect.stringContaining('allkeys-lru'),
    })
    expect(proven.code).toBe(1)
  })

  it('does not hold the settings of one that keeps nothing on disk', async () => {
    const { url } = await redisOfItsOwn('--appendonly no')
    const proven = await proveStoreHere(url, [...small, '--only', 'settings'])
    expect(scenarioIn(proven, 'settings').verdict).toMatchObject({
      kind: 'not_shown',
      why: expect.stringMatching(/save is empty.*forgets every receipt, and/),
    })
  })

  it('does not play a storm of processes on one that they cannot open', async () => {
    const proven = await proveStoreHere('memory:', [...small, '--only', 'storm,zombies,one-claim'])
    expect(new Set(Object.values(proven.verdicts))).toEqual(new Set(['not_shown']))
    expect(proven.code).toBe(3)
  })

  it('does not show what no command was given for', async () => {
    const proven = await proveStoreHere(await redisUrl(), [...small, '--only', 'restart,failover'])
    expect(proven.verdicts).toEqual({ restart: 'not_shown', failover: 'not_shown' })
    expect(scenarioIn(proven, 'failover').verdict).toMatchObject({
      why: expect.stringContaining('--failover-cmd'),
    })
    expect(proven.code).toBe(3)
  })

  it('refuses what it does not know in one sentence, and a server that is not there', async () => {
    const unknown = await proveStoreHere('sqlite:receipts.db', ['--only', 'everything'])
    expect(unknown).toMatchObject({ code: 2, err: expect.stringMatching(/^counterfoil:.*--only/) })
    const gone = await proveStoreHere('postgres://127.0.0.1:1/app', ['--only', 'storm'])
    expect(gone).toMatchObject({
      code: 69,
      err: expect.stringMatching(/^counterfoil: The PostgreSQL store/m),
    })
  })
})

function commands(killCmd: string, restartCmd: string): readonly string[] {
  return ['--kill-cmd', killCmd, '--restart-cmd', restartCmd]
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-prove-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

interface Kept {
  isThere(): Promise<boolean>
  remove(): Promise<void>
}

/** The user's own receipt, which a proof must not touch. */
async function oneReceiptIn(url: string): Promise<Kept> {
  const id = receiptId({ tenant: 'a', operation: 'b', key: 'c' })
  const store = await openStore(url)
  onTestFinished(() => store.close())
  const scope = {
    id,
    tenant: 'a',
    operation: 'b',
    key: 'c',
    credentials: null,
    request: null,
    intent: 'run',
  } as const
  const times = { leaseMs: 600_000, ttlMs: 600_000, keyRetentionMs: 600_000 }
  const policies = { onFailure: 'release', onAbandoned: 'rerun' } as const
  const fingerprint = { version: 1, digest: 'f'.repeat(64) } as const
  await store.claim({ ...scope, ...times, policies, fingerprint, token: 'token', incarnation: 'incarnation' })
  return {
    isThere: async () => (await store.read(id)).receipt?.token === 'token',
    remove: () => store.age(id, 10 * 600_000).then(async () => void (await store.sweep(10))),
  }
}

function lost({ answers }: ReturnType<typeof scenarioIn>): number {
  const unanswered = answers.statuses.filter(({ status }) => status.endsWith('no answer'))
  return unanswered.reduce((sum, { count }) => sum + count, 0)
}

async function schemasIn(url: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(
    `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'counterfoil_prove_%'`,
  )
  await client.end()
  return rows
}

async function keysUnder(url: string, pattern: string): Promise<unknown> {
  return tellRedis(url, 'KEYS', pattern)
}
