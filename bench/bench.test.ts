import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { missing, postgresUrl, redisUrl } from '../test-support/servers/index.ts'
import { contenderNames, contenders, measures, titleOf } from './contenders.ts'
import { type ServerName, serverNames, servers } from './http/servers.ts'
import { allCells } from './plan.ts'
import { variablesOf } from './servers/urls.ts'

const run = promisify(execFile)

async function bench(...options: string[]): Promise<string> {
  return benchWith({}, ...options)
}

/** On the servers of this test run. */
async function benchOnServers(...options: string[]): Promise<string> {
  const urls = { postgresUrl: await postgresUrl(), redisUrl: await redisUrl() }
  return benchWith(variablesOf(urls), ...options)
}

async function benchWith(env: NodeJS.ProcessEnv, ...options: string[]): Promise<string> {
  const flags = ['--conditions=@counterfoil/source', join(import.meta.dirname, 'main.ts')]
  const { stdout } = await run(process.execPath, [...flags, ...options], { env: { ...process.env, ...env } })
  return stdout
}

describe('the bench', () => {
  test('prints a row for each contender under each load, what the others lack, the goals, and where it ran', async () => {
    const names = contenderNames.filter((name) => contenders[name].on === undefined && name !== 'restate')
    const lines = (await bench('--rounds', '1', '--cell-ms', '5', '--only', names.join(','))).split('\n')
    for (const contender of names) {
      const rows = lines.filter((line) => new RegExp(`^ +\\d+  ${titleOf(contender)}  `).test(line))
      expect(rows, contender).toHaveLength(allCells.length)
    }
    expect(lines.some((line) => line.startsWith(`${titleOf('grouped')} `) && line.includes('lease'))).toBe(
      true,
    )
    expect(lines.filter((line) => /[≥≤] [\d.]+ (×|ms|µs) .*reached$/.test(line))).toHaveLength(5)
    for (const what of ['command', 'date', 'machine', 'versions', 'disk', 'payload']) {
      expect(lines.some((line) => line.startsWith(`${what} `))).toBe(true)
    }
    // A thousand fsyncs, on a disk that others may be busy with too.
  }, 240_000)

  test('measures a call among few and many receipts, and a sweep', async () => {
    const lines = (await bench('growth', '--quick', '--only', 'sqlite')).split('\n')
    for (const receipts of ['100', '1,000', '5,000'])
      expect(
        lines.filter((line) => line.startsWith('SQLite  ') && line.includes(` ${receipts} `)),
      ).toHaveLength(2)
    expect(lines.some((line) => /among 5,000 receipts against 100 .* ≤ 1.3 ×/.test(line))).toBe(true)
  }, 240_000)

  test('gives the same as JSON, for what was chosen', async () => {
    const text = await bench('--rounds', '2', '--cell-ms', '5', '--only', 'memory,replay,64', '--json')
    const { results } = JSON.parse(text) as { results: { contender: string; rounds: unknown[] }[] }
    expect(results).toMatchObject([{ contender: 'memory', workload: 'replay', atOnce: 64 }])
    expect(results[0]?.rounds).toHaveLength(2)
  })

  test('says where a call’s CPU time goes', async () => {
    const text = await bench('--profile', '--rounds', '1', '--cell-ms', '20')
    for (const what of ['CPU a call', 'fingerprint', 'SHA-256', 'engine', 'garbage collection']) {
      expect(text).toContain(what)
    }
  })

  test('refuses to measure what there is not', async () => {
    await expect(bench('growth', '--only', 'memory')).rejects.toMatchObject({ code: 2 })
    await expect(bench('growth', '--most', 'many')).rejects.toMatchObject({ code: 2 })
    await expect(bench('waiters', '--only', 'memory')).rejects.toMatchObject({ code: 2 })
    await expect(bench('--only', 'mysql')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--only mysql: there is no such thing; there are first-time'),
    })
  })
})

describe.skipIf((await missing('postgres')) || (await missing('redis')))(
  'the bench of stores on servers',
  () => {
    test('measures the stores on servers beside the same by hand, and beside the peers', async () => {
      const names = contenderNames.filter((name) => contenders[name].on !== undefined)
      const lines = (
        await benchOnServers(
          '--rounds',
          '1',
          '--cell-ms',
          '5',
          '--only',
          [...names, 'first-time', '1', '64'].join(','),
        )
      ).split('\n')
      for (const name of names) {
        const rows = lines.filter((line) => line.includes(`  ${titleOf(name)}  `))
        expect(rows, name).toHaveLength(measures(name, 'first-time') ? 2 : 0)
        // It was compared with Counterfoil in the same round.
        if (contenders[name].against !== undefined) expect(rows[0]).toMatch(/ × +\(/)
      }
      for (const server of [/^PostgreSQL +\d+\.\d.*, fsync on/, /^Redis +\d+\.\d.*, appendonly yes/])
        expect(lines.filter((line) => server.test(line))).toHaveLength(1)
    }, 240_000)

    test('finds one effect to a key, whoever of several processes calls, and few reads', async () => {
      const { rows } = JSON.parse(await benchOnServers('waiters', '--quick', '--json')) as {
        rows: {
          store: string
          keys: number
          callers: number
          effects: number
          answered: number
          reads: number
        }[]
      }
      expect(rows.map(({ store }) => store)).toEqual([
        'sqlite',
        'sqlite',
        'postgres',
        'postgres',
        'redis',
        'redis',
      ])
      for (const { keys, callers, effects, answered, reads } of rows) {
        expect(effects).toBe(keys)
        expect(answered).toBe(keys * callers)
        expect(reads).toBeGreaterThan(0)
      }
    }, 240_000)
  },
)

describe('the bench over HTTP', () => {
  test('prints a row for each server and workload, and the goals', async () => {
    const chosen: readonly ServerName[] = serverNames.filter((name) => name !== 'nginx' && name !== 'restate')
    const options = ['--source', '--rounds', '1', '--cell-ms', '10', '--only', chosen.join(',')]
    const lines = (await bench('http', ...options)).split('\n')
    for (const name of chosen) {
      const { title, workloads, group } = servers[name]
      const rows = lines.filter((line) => line.includes(`  ${title}  `))
      expect(rows, name).toHaveLength(workloads.length * (group === 'proxies' ? 2 : 1))
    }
    expect(lines.filter((line) => /[≥≤] [\d.]+ (×|ms|a request) .*reached$/.test(line))).toHaveLength(7)
    expect(lines.find((line) => line.includes('transactions'))).toMatch(/ 2\.00 a request /)
  }, 240_000)

  test('gives the same as JSON, for what was chosen', async () => {
    const options = [
      '--source',
      '--rounds',
      '2',
      '--cell-ms',
      '10',
      '--only',
      'express-bare,express',
      '--json',
    ]
    const { results } = JSON.parse(await bench('http', ...options)) as { results: { rounds: unknown[] }[] }
    expect(results).toMatchObject([
      { server: 'express-bare', workload: 'without-key', atOnce: 64 },
      { server: 'express', workload: 'first-time', atOnce: 64 },
      { server: 'express', workload: 'replay', atOnce: 64 },
    ])
    expect(results.map(({ rounds }) => rounds.length)).toEqual([2, 2, 2])
  }, 240_000)

  test('says where a request’s CPU time goes, server beside server', async () => {
    const options = ['--source', '--profile', '--rounds', '1', '--cell-ms', '100', '--only', 'node-bare,node']
    const text = await bench('http', ...options)
    for (const what of [
      '(1) node:http, bare',
      '(3) node:http with Counterfoil, replay',
      'fingerprint',
      'HTTP in Node',
    ])
      expect(text).toContain(what)
    const row = (name: string) =>
      text
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.trim()
        .split(/ {2,}/)
    const [, bare, first] = row('Counterfoil: engine and decisions') ?? []
    expect(Number(bare)).toBe(0)
    expect(Number(first)).toBeGreaterThan(0)
  }, 240_000)

  test('refuses to measure what there is not', async () => {
    await expect(bench('http', '--only', 'apache')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--only apache: there is no such thing; there are integrations'),
    })
  })
})
