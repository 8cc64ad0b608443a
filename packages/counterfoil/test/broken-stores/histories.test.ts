import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkHistory, type HistoryVerdict, runStorm } from '../../src/testing/index.ts'
import { brokenStores } from './broken-stores.ts'
import { type Faults, tinyStore } from './tiny-store.ts'

/** What claims, settles, yields and renewals can't show, whoever makes them: the suite's other cases do. */
const unseen: ReadonlySet<string> = new Set([
  'a change by hand that leaves the token',
  'a tombstone that a held receipt never becomes',
  'steps that hang on the key',
])
const visible = Object.entries(brokenStores).filter(([name]) => !unseen.has(name))

/** Storms until one shows it, on few keys and on many: some faults need two callers to meet, and some that none comes between. */
const STORMS = 40
const KEYS = [2, 12] as const
/** A history that takes more shows less than another storm. */
const STEPS = 20_000

describe('the checker of histories', () => {
  it('accepts those of the tiny store without a fault', async () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      expect(await verdictOn({}, seed)).toMatchObject({ kind: 'linearizable' })
    }
  })

  it.each(visible)('rejects one of the store with %s', async (_, { faults }) => {
    let verdict: HistoryVerdict | undefined
    for (let seed = 1; seed <= STORMS && verdict?.kind !== 'broken'; seed += 1) {
      verdict = await verdictOn(faults, seed)
    }
    expect(verdict).toMatchObject({ kind: 'broken' })
  })
})

async function verdictOn(faults: Partial<Faults>, seed: number): Promise<HistoryVerdict> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-'))
  const stores = Array.from({ length: 6 }, () => tinyStore(join(folder, 'receipts'), faults))
  try {
    const keys = Array.from({ length: KEYS[seed % KEYS.length] as number }, () => randomUUID())
    const events = stores.map((store, index) =>
      runStorm(store, {
        storm: 'mixed',
        keys,
        calls: 120,
        concurrency: 2,
        seed: seed * 100 + index,
        caller: `connection ${index}`,
      }),
    )
    return checkHistory((await Promise.all(events)).flat(), { steps: STEPS })
  } finally {
    for (const store of stores) await store.close()
    await rm(folder, { recursive: true })
  }
}
