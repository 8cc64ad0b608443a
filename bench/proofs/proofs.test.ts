import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { missing } from '../../test-support/servers/index.ts'
import { proofsPage } from './page.ts'
import { keptResults } from './results.ts'
import { targetNames, targets } from './targets.ts'

const run = promisify(execFile)

async function proofs(...options: string[]): Promise<string> {
  const flags = ['--conditions=@counterfoil/source', join(import.meta.dirname, 'main.ts')]
  return (await run(process.execPath, [...flags, ...options])).stdout
}

describe('the proofs', () => {
  test('find that an integration of ours holds', async () => {
    const told = await proofs('--quick', '--only', 'counterfoil-node', '--scenarios', 'identity,concurrent')
    expect(told).toMatch(/^counterfoil-node \(\d+ s\): 2 held\n$/)
  }, 60_000)

  test('refuse to prove what there is not', async () => {
    await expect(proofs('--only', 'nobody')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--only nobody: there is no such target; there are .*\n$/),
    })
  })
})

describe.skipIf(await missing('redis'))('the proofs of other layers', () => {
  test('find the race of one that looks up and then writes', async () => {
    const told = await proofs(
      '--quick',
      '--only',
      'express-idempotency',
      '--scenarios',
      'duplicate,concurrent',
      // A race may stay unseen in one round of a busy machine; the first that shows it is the last.
      '--rounds',
      '10',
    )
    expect(told).toMatch(/^express-idempotency \(\d+ s\): 1 held; broken: concurrent\n$/)
  }, 60_000)
})

describe('the page of the proofs', () => {
  test('says what the run has found', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/proofs.md'), 'utf8')
    expect(page).toBe(proofsPage(keptResults()))
  })

  test('has each target, and a note only on what was broken', () => {
    const { proofs: found } = keptResults()
    expect(found.map(({ target }) => target)).toEqual(targetNames)
    for (const { target, scenarios } of found) {
      const broken = scenarios.filter(({ verdict }) => verdict.kind === 'broken').map(({ id }) => id)
      expect(targets[target].notes.flatMap(({ on }) => on).filter((id) => !broken.includes(id))).toEqual([])
    }
  })
})
