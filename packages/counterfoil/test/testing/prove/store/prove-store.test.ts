import { fork } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { memoryStore } from '../../../../src/stores/memory/index.ts'
import { type Proof, proveStore, type StoreToProve, verdictOf } from '../../../../src/testing/index.ts'
import { brokenStores } from '../../../broken-stores/broken-stores.ts'
import { tinyStore } from '../../../broken-stores/tiny-store.ts'

const soak = process.env.COUNTERFOIL_SOAK === '1'
const terms = { rounds: soak ? 20 : 1, processes: 2, calls: soak ? 400 : 100, seed: 1 } as const
const tinyProcess = new URL('../../../broken-stores/tiny-process.ts', import.meta.url)

/** A store that is wrong in one way, and the scenario that finds it. */
const found: readonly (readonly [name: string, scenario: string])[] = [
  ['check then set', 'one-claim'],
  ["a refused duplicate that deletes the running owner's lock", 'storm'],
  ['no fence', 'zombies'],
  ['credentials ignored', 'contract-claim-table'],
]

describe('the proof of a store', () => {
  it('holds the right one to be right', async () => {
    const only = soak ? found.map(([, scenario]) => scenario) : ['one-claim', 'storm', 'zombies']
    const proof = await proveStore(await tiny(), { ...terms, only })
    expect(verdicts(proof)).toMatchObject({ 'one-claim': 'held', storm: 'held', zombies: 'held' })
    expect(verdictOf(proof)).toBe('held')
  })

  it.each(found)('finds %s, by %s', async (name, scenario) => {
    const proof = await proveStore(await tiny(name), { ...terms, only: [scenario] })
    const [played] = proof.scenarios
    expect(played?.verdict).toMatchObject({ kind: 'broken' })
    expect(played?.verdict.kind === 'broken' && played.verdict.why).toMatch(/\.$/)
  })

  it('plays of a store that nobody shares what one process can, and shows nothing of the rest', async () => {
    const told: string[] = []
    const proof = await proveStore(inMemory, {
      ...terms,
      only: ['settings', 'contract-zombies', 'restart'],
      onProgress: ({ scenario, round, rounds }) => told.push(`${scenario.id} ${round}/${rounds}`),
    })
    expect(verdicts(proof)).toEqual({ settings: 'held', 'contract-zombies': 'held', restart: 'not_shown' })
    expect(told).toContain('contract-zombies 7/7')
  })

  it('ends with what was shown once it is stopped', async () => {
    const stop = new AbortController()
    const proof = await proveStore(inMemory, {
      ...terms,
      only: ['contract-claim-table', 'contract-zombies'],
      signal: stop.signal,
      onProgress: ({ round }) => round === 3 && stop.abort(),
    })
    expect(verdicts(proof)).toEqual({ 'contract-claim-table': 'not_shown', 'contract-zombies': 'not_shown' })
    expect(proof.scenarios[0]?.requests).toBe(3)
  })

  it('refuses options that make no sense', async () => {
    await expect(proveStore(inMemory, { only: ['nothing'] })).rejects.toThrow(/'only'.*one-claim/)
    await expect(proveStore(inMemory, { processes: 1 })).rejects.toThrow(/'processes'/)
  })
})

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-'))
  return () => rm(folder, { recursive: true })
})

/** Its places are folders in one, which is empty again at the end. */
async function tiny(fault?: string): Promise<StoreToProve> {
  onTestFinished(async () => expect(await readdir(folder)).toEqual([]))
  return {
    target: 'tiny',
    apart: async () => {
      const own = await mkdtemp(join(folder, 'place-'))
      const remove = () => rm(own, { recursive: true })
      return { url: join(own, 'receipts'), name: own, network: { kind: 'none' }, clock: 'host', remove }
    },
    at: (path) => ({
      open: async () => tinyStore(path, fault === undefined ? {} : brokenStores[fault]?.faults),
      startProcess: () =>
        fork(tinyProcess, [path, ...(fault === undefined ? [] : [fault])], {
          execArgv: ['--conditions=@counterfoil/source'],
        }),
    }),
  }
}

const inMemory: StoreToProve = {
  target: 'memory:',
  apart: async () => ({
    url: 'memory:',
    name: 'memory',
    network: { kind: 'none' },
    clock: 'host',
    remove: async () => {},
  }),
  at: () => {
    const store = memoryStore()
    return { open: async () => store }
  },
}

function verdicts({ scenarios }: Proof): Readonly<Record<string, string>> {
  return Object.fromEntries(scenarios.map(({ id, verdict }) => [id, verdict.kind]))
}
