import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { SCAN } from '../../../src/stores/sqlite/list.ts'
import { SWEEP_BATCH } from '../../../src/stores/sqlite/sweep.ts'
import { ages, requestWith } from '../../../src/testing/requests.ts'
import { claimed, newPath, openAt, outcome, strangerAt } from './a-file.ts'

describe('a long list', () => {
  it('is walked whole in short stretches, newest first, also where hardly anything matches', async () => {
    const store = openAt(newPath())
    const rare = [requestWith({ operation: 'rare' }), requestWith({ operation: 'rare' })] as const
    await store.claim(rare[0])
    const common = Array.from({ length: 2 * SCAN + 10 }, () => requestWith())
    await Promise.all(common.map((request) => store.claim(request)))
    await store.claim(rare[1])
    const found = await store.list({ operation: 'rare' }, { limit: 2 })
    expect(found.receipts.map(({ id }) => id)).toEqual([rare[1].id, rare[0].id])
    expect(found.next).toBeUndefined()
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await store.list({}, after === undefined ? { limit: 777 } : { limit: 777, after })
      seen.push(...page.receipts.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    expect(new Set(seen)).toEqual(new Set([...common, ...rare].map(({ id }) => id)))
    expect(seen).toHaveLength(common.length + 2)
    expect((await store.stats()).places.in_progress).toBe(common.length + 2)
  })
})

describe('a long sweep', () => {
  it('goes in batches, up to its limit, and drops the steps with the receipts', async () => {
    const path = newPath()
    const store = openAt(path)
    const firsts = Array.from({ length: SWEEP_BATCH + 20 }, () => requestWith())
    await Promise.all(
      firsts.map(async (first) => {
        const fence = await claimed(store, first)
        await store.saveStep(fence, 'a step', outcome)
        await store.settle(fence, { as: 'succeeded', outcome })
        await store.age(first.id, 2 * first.keyRetentionMs)
      }),
    )
    expect(await store.sweep(SWEEP_BATCH + 10)).toMatchObject({ removed: SWEEP_BATCH + 10, more: true })
    expect(await store.sweep(SWEEP_BATCH)).toMatchObject({ removed: 10, more: false })
    const stranger = strangerAt(path)
    expect(stranger.prepare('SELECT count(*) AS n FROM counterfoil_steps').get()).toEqual({ n: 0 })
  })
})

describe('what is described', () => {
  it('is the schema that makes the tables', () => {
    const database = new DatabaseSync(':memory:')
    database.exec(openAt(newPath()).describe().schema)
    expect(database.prepare('SELECT count(*) AS n FROM counterfoil_receipts').get()).toEqual({ n: 0 })
    database.close()
  })

  it('is the claim that runs', () => {
    const { claim } = openAt(newPath()).describe()
    expect(claim).toContain('BEGIN IMMEDIATE')
    expect(claim).toContain('ON CONFLICT (id) DO NOTHING')
    expect(claim).toContain('COMMIT')
  })
})

describe('an audit', () => {
  it('finds what the file and the connection really are', async () => {
    const store = openAt(newPath())
    const findings = await store.audit()
    expect(findings.filter(({ level }) => level === 'refusal')).toEqual([])
    const says = findings.map((finding) => finding.says).join(' ')
    expect(says).toMatch(/write-ahead log/)
    expect(says).toMatch(/synchronous = FULL/)
    expect(says).toMatch(/SQLite 3\./)
  })

  it('finds a file in WAL again that another program took out of it', async () => {
    const path = newPath()
    const stranger = strangerAt(path)
    const store = openAt(path)
    await store.stats()
    await store.close()
    stranger.exec('PRAGMA journal_mode = DELETE')
    stranger.close()
    // A store puts it back when it opens the file.
    const findings = await openAt(path).audit()
    expect(findings.filter(({ level }) => level === 'refusal')).toEqual([])
  })
})

it('sweeps the longest due first: settled receipts do not keep a held one waiting', async () => {
  const store = openAt(newPath())
  const held = requestWith()
  await store.claim(held)
  await store.age(held.id, 2 * ages.pastPatience)
  for (let n = 0; n < 3; n += 1) {
    const request = requestWith()
    await store.settle(await claimed(store, request), { as: 'succeeded', outcome })
    await store.age(request.id, ages.pastTtl)
  }
  expect((await store.sweep(2)).entombed.map(({ id }) => id)).toEqual([held.id])
  expect(await store.sweep(10)).toMatchObject({ dropped: 2, more: false })
})

describe('the index on times', () => {
  it.each([
    [
      'settled receipts that are due',
      'lease_ends_at IS NULL AND sweep_due_at <= 1',
      'lease_ends_at=? AND sweep_due_at<?',
    ],
    ['abandoned receipts that are due', 'lease_ends_at <= 1 AND sweep_due_at <= 1', 'lease_ends_at<?'],
    [
      'abandoned receipts, longest first',
      `operation = 'x' AND lease_ends_at <= 1 ORDER BY lease_ends_at`,
      'lease_ends_at<?',
    ],
  ])('finds %s without a look at every receipt', async (_what, where, by) => {
    const path = newPath()
    await openAt(path).stats()
    const plan = strangerAt(path)
      .prepare(`EXPLAIN QUERY PLAN SELECT 1 FROM counterfoil_receipts WHERE ${where}`)
      .all()
    expect(plan).toHaveLength(1)
    expect(String(plan[0]?.detail)).toContain(`counterfoil_receipts_times (${by})`)
  })
})
