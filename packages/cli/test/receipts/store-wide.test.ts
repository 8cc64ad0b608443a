import type { Finding, ReceiptStore } from 'counterfoil'
import { memoryStore } from 'counterfoil/memory'
import { beforeEach, describe, expect, it } from 'vitest'
import { audit } from '../../src/receipts/audit.ts'
import { stats } from '../../src/receipts/stats.ts'
import { sweep } from '../../src/receipts/sweep.ts'
import { abandoned, day, json, running, settled } from '../support/receipts.ts'
import { testIo } from '../support/test-io.ts'

let store: ReceiptStore
beforeEach(() => {
  store = memoryStore()
})

describe('sweep', () => {
  it('goes on until nothing is due, and names what nobody found out about', async () => {
    for (let at = 0; at < 25; at += 1) {
      const { id } = await settled(store, json(at), { key: `key-${at}` })
      await store.age(id, at < 10 ? 2 * day : 40 * day)
    }
    const held = await abandoned(store, { key: 'held' }, 40 * day)
    await running(store, { key: 'alive' })
    const io = testIo()
    expect(await sweep(store, { batch: 4 }, io)).toBe(0)
    expect(io.out()).toBe(
      'Swept: 10 outcomes dropped, 15 receipts removed, 1 held one entombed.\n' +
        'Held past all patience, and never found out about:\n' +
        `  ${held.id.slice(0, 12)}  charge-card of acct_1\n`,
    )
    expect(io.err()).toBe('')
    const again = testIo()
    await sweep(store, { batch: 4 }, again)
    expect(again.out()).toBe('Nothing was due.\n')
  })

  it('gives its counts as JSON', async () => {
    const { id } = await settled(store, json(1))
    await store.age(id, 2 * day)
    const io = testIo()
    await sweep(store, { batch: 500, json: true }, io)
    expect(JSON.parse(io.out())).toEqual({ dropped: 1, removed: 0, entombed: [] })
  })

  it('ends where others sweep away all that it finds', async () => {
    const crowded: ReceiptStore = Object.assign(Object.create(store) as ReceiptStore, {
      sweep: async () => ({ dropped: 0, removed: 0, entombed: [], more: true }),
    })
    expect(await sweep(crowded, { batch: 500 }, testIo())).toBe(0)
  })

  it('shows its progress to who looks, on stderr', async () => {
    const io = testIo({ columns: 80 })
    await sweep(store, { batch: 500 }, io)
    expect(io.err()).toContain('Sweeping: 0 outcomes dropped')
  })
})

describe('stats', () => {
  beforeEach(async () => {
    await settled(store, json(1), { key: 'a' })
    await abandoned(store, { key: 'b' })
    const { id } = await settled(store, json(1), { key: 'c' })
    await store.age(id, 40 * day)
  })

  it('counts the receipts by state', async () => {
    const io = testIo()
    expect(await stats(store, {}, io)).toBe(0)
    expect(io.out()).toMatch(/succeeded +1 +retries get the stored outcome\n/)
    expect(io.out()).toMatch(/abandoned +1 +/)
    expect(io.out()).toMatch(/absent +1 +past key retention, not swept yet\n/)
    expect(io.out()).toMatch(/\n2 receipts in the memory store, about [\d.]+ KiB\n$/)
  })

  it('gives them as JSON', async () => {
    const io = testIo()
    await stats(store, { json: true }, io)
    expect(JSON.parse(io.out())).toMatchObject({
      store: 'memory',
      total: 2,
      places: { succeeded: 1, abandoned: 1, failed: 0 },
      dueForRemoval: 1,
    })
  })
})

describe('audit', () => {
  const findings = (...found: Finding[]): ReceiptStore =>
    Object.assign(Object.create(store) as ReceiptStore, { audit: async () => found })

  it('puts what matters first, and fails where the promise cannot be kept', async () => {
    const io = testIo()
    const bad = findings({ level: 'fact', says: 'It is there.' }, { level: 'refusal', says: 'It evicts.' })
    expect(await audit(bad, {}, io)).toBe(1)
    expect(io.out()).toBe('refusal  It evicts.\nfact     It is there.\n')
  })

  it('passes with warnings', async () => {
    const io = testIo()
    expect(await audit(findings({ level: 'warning', says: 'No replica.' }), { json: true }, io)).toBe(0)
    expect(JSON.parse(io.out())).toEqual({ level: 'warning', says: 'No replica.' })
  })
})
