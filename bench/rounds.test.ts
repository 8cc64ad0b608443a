import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ContenderName } from './contenders.ts'
import { type Ran, runRounds } from './rounds.ts'
import type { Cell } from './workload.ts'

const cell: Cell = { workload: 'first-time', atOnce: 64 }
const nobody = 'redis://127.0.0.1:1'

describe('rounds of the bench', () => {
  test('go on without a peer that fails, and say why', async () => {
    const { results, failed } = await ran('restate', 'memory')
    expect(results.of('memory', cell)).toHaveLength(2)
    expect(results.of('restate', cell)).toEqual([])
    expect([...failed.keys()]).toEqual(['restate'])
    expect(failed.get('restate')).toMatch(/^it failed: .{10,}/)
  })

  test('end where one of Counterfoil fails, and say why', async () => {
    await expect(ran('memory', 'postgres')).rejects.toThrow(
      /^Counterfoil, PostgreSQL .* failed: .*found no server at its address/,
    )
  })
})

/** Where no peer is installed, and no server listens. */
async function ran(...contenders: readonly ContenderName[]): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-rounds-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  vi.stubEnv('XDG_CACHE_HOME', folder)
  onTestFinished(() => void vi.unstubAllEnvs())
  const servers = { postgresUrl: nobody.replace('redis:', 'postgres:'), redisUrl: nobody }
  const plan = { contenders, cells: [cell], rounds: 2, warmUpMs: 1, cellMs: 5 }
  return runRounds(plan, { folder, servers }, { say: () => undefined, end: () => undefined })
}
