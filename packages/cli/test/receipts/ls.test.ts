import type { ReceiptStore } from 'counterfoil'
import { memoryStore } from 'counterfoil/memory'
import { beforeEach, describe, expect, it } from 'vitest'
import { ls } from '../../src/receipts/ls.ts'
import { abandoned, day, hour, json, response, running, settled } from '../support/receipts.ts'
import { testIo } from '../support/test-io.ts'

let store: ReceiptStore
beforeEach(() => {
  store = memoryStore()
})

async function listed(options: Partial<Parameters<typeof ls>[1]> = {}): Promise<Record<string, unknown>[]> {
  const io = testIo()
  expect(await ls(store, { limit: 50, json: true, ...options }, io)).toBe(0)
  return io
    .out()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the list', () => {
  it('says of each receipt where it stands, newest first', async () => {
    await abandoned(store, { key: 'first' })
    await settled(store, response(201, '{"id":1}'), { key: 'second' })
    await settled(store, json({ id: 1 }), { key: 'third' }, 'failed')
    await settled(store, json(null), { key: 'fourth' }, 'released')
    await running(store, { key: 'fifth' })
    const tombstone = await settled(store, json(1), { key: 'sixth' })
    await store.age(tombstone.id, 2 * day)
    const io = testIo()
    expect(await ls(store, { limit: 50 }, io)).toBe(0)
    const [header, ...lines] = io.out().trimEnd().split('\n')
    expect(header).toMatch(/^ID +STATE +AGE +TENANT +OPERATION +KEY +TRY +DETAIL$/)
    expect(lines).toHaveLength(6)
    expect(io.out()).toMatch(/abandoned +1h +acct_1 +charge-card +… +1 +held, unknown for 1h\n/)
    expect(io.out()).toMatch(/succeeded .*HTTP 201, 8 B\n/)
    expect(io.out()).toMatch(/failed .*JSON, 8 B\n/)
    expect(io.out()).toMatch(/released .*free to run, was JSON, 4 B\n/)
    expect(io.out()).toMatch(/in_progress .*lease ends in \d+s\n/)
    expect(io.out()).toMatch(/tombstone .*succeeded, outcome expired\n/)
    const created = (await listed()).map(({ createdAt }) => String(createdAt))
    expect(created).toEqual(created.toSorted().toReversed())
  })

  it('is filtered by state, tenant, operation and age', async () => {
    await abandoned(store, { key: 'a', tenant: 'acct_2' }, 3 * hour)
    await settled(store, json(1), { key: 'b', operation: 'send-mail' })
    await settled(store, json(1), { key: 'c' })
    const keys = async (options: Parameters<typeof listed>[0]) =>
      (await listed({ keys: true, ...options })).map(({ key }) => key)
    expect(await keys({ state: 'abandoned' })).toEqual(['a'])
    expect(await keys({ tenant: 'acct_2' })).toEqual(['a'])
    expect(await keys({ operation: 'send-mail' })).toEqual(['b'])
    expect(await keys({ olderThan: '1h' })).toEqual(['a'])
    expect((await keys({ newerThan: '1h' })).toSorted()).toEqual(['b', 'c'])
    await expect(ls(store, { limit: 50, olderThan: '2h', newerThan: '1h' }, testIo())).rejects.toThrow(
      'make --newer-than the longer one',
    )
    await expect(ls(store, { limit: 50, olderThan: 'soon' }, testIo())).rejects.toThrow("'--older-than'")
  })

  it('leaves out what is past its key retention, as a claim does', async () => {
    const { id } = await settled(store, json(1))
    await store.age(id, 31 * day)
    expect(await listed()).toEqual([])
  })

  it('ends at its limit, and says so where nobody can take it for the whole', async () => {
    for (let at = 0; at < 130; at += 1) await settled(store, json(at), { key: `key-${at}` })
    const io = testIo()
    await ls(store, { limit: 50, json: true }, io)
    expect(io.out().trimEnd().split('\n')).toHaveLength(50)
    expect(io.err()).toBe('50 shown, and there are more: --limit <n> or --all.\n')
    // 130 is the list's own length, and 100 the size of a page.
    const full = testIo()
    await ls(store, { limit: 100, json: true }, full)
    expect(full.out().trimEnd().split('\n')).toHaveLength(100)
    expect(full.err()).toMatch(/^100 shown, and there are more/)
    for (const options of [{ limit: 130 }, { limit: 50, all: true }]) {
      const whole = testIo()
      await ls(store, { json: true, ...options }, whole)
      expect(new Set(whole.out().trimEnd().split('\n')).size).toBe(130)
      expect(whole.err()).toBe('')
    }
  })

  it('stops reading once its reader has gone', async () => {
    for (let at = 0; at < 250; at += 1) await settled(store, json(at), { key: `key-${at}` })
    const io = testIo({ closesAfter: 1 })
    expect(await ls(store, { limit: 50, all: true }, io)).toBe(0)
    expect(io.out().trimEnd().split('\n').length).toBeLessThan(150)
  })
})

describe('keys', () => {
  it('are masked, and a short one gives nothing away', async () => {
    await settled(store, json(1), { key: '8e03978e-40d5-43e8-bc93-6894a57f9324' })
    await settled(store, json(1), { key: 'order-4711' })
    const io = testIo()
    await ls(store, { limit: 50 }, io)
    await ls(store, { limit: 50, json: true }, io)
    expect(io.out()).toContain('8e03…')
    expect(io.out()).not.toContain('8e03978e')
    expect(io.out()).not.toContain('order')
  })

  it('are shown when asked for, and known to be hashed', async () => {
    await settled(store, json(1), { key: 'order-4711' })
    await settled(store, json(1), { key: 'order-4712', hashed: true })
    const io = testIo()
    await ls(store, { limit: 50, keys: true }, io)
    expect(io.out()).toContain('order-4711')
    expect(io.out()).toContain('(hashed)')
    expect((await listed({ keys: true })).map(({ key }) => key)).toContain(null)
  })
})

it('a claim token never comes out', async () => {
  const { token } = await running(store)
  const io = testIo()
  await ls(store, { limit: 50, keys: true, json: true }, io)
  expect(io.out()).not.toContain(token)
})
