import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fenceOf, type Receipt, type ReceiptStore } from '../../src/core/index.ts'
import { type ReplayCacheOptions, withReplayCache } from '../../src/engine/replay-cache.ts'
import { createReceipts } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { requestWith, retryOf, succeeded } from '../../src/testing/requests.ts'
import { contractCases, holdToContract } from '../testing/hold-to-contract.ts'

describe('a store behind a replay cache keeps the contract', () => {
  holdToContract(contractCases('one process'), async (use) => {
    const store = withReplayCache(memoryStore(), () => performance.now(), {})
    await use({ open: async () => store })
  })
})

describe('the replay cache', () => {
  it('replays what this process has settled without asking the store', async () => {
    const { store, asked } = caching()
    const { request, receipt } = await settledIn(store)
    const before = asked.claims
    expect(await store.claim(retryOf(request))).toEqual({ kind: 'replay', receipt })
    expect(asked.claims).toBe(before)
  })

  it('answers another request under the key as a conflict, and other credentials as forbidden', async () => {
    const { store, asked } = caching()
    const { request } = await settledIn(store)
    const before = asked.claims
    const fingerprint = { version: 1, digest: 'another' }
    expect(await store.claim(retryOf(request, { fingerprint }))).toEqual({ kind: 'conflict' })
    expect(await store.claim(retryOf(request, { credentials: 'another' }))).toEqual({ kind: 'forbidden' })
    expect(asked.claims).toBe(before)
  })

  it('keeps what the store has replayed, once it knows how late it is at the most', async () => {
    const other = memoryStore()
    const { request } = await settledIn(other)
    const { store, asked } = caching({}, other)
    await store.claim(retryOf(request))
    await store.claim(retryOf(request))
    expect(asked.claims).toBe(2)
    await store.claim(requestWith())
    await store.claim(retryOf(request))
    expect(asked.claims).toBe(3)
  })

  it('never replays past the ttl, though the store itself is not asked', async () => {
    const { store, asked, time } = caching({ keepFor: '1h' })
    const { request } = await settledIn(store, { ttlMs: 1000, keyRetentionMs: 5000 })
    time.now += 999
    expect((await store.claim(retryOf(request))).kind).toBe('replay')
    time.now += 1
    expect((await store.claim(retryOf(request))).kind).toBe('expired')
    time.now += 4000
    expect((await store.claim(retryOf(request))).kind).toBe('claimed')
    expect(asked.claims).toBe(3)
  })

  it('counts from before the call by which it learnt the time', async () => {
    const time = { now: 1_000_000 }
    const behind = memoryStore({ now: () => time.now })
    const slow: ReceiptStore = {
      ...bound(behind),
      claim: async (request) => {
        const decision = await behind.claim(request)
        time.now += 400
        return decision
      },
    }
    const store = withReplayCache(slow, () => time.now, { keepFor: '1h' })
    const { request } = await settledIn(store, { ttlMs: 1000 })
    time.now += 999
    expect((await store.claim(retryOf(request))).kind).toBe('replay')
    time.now += 1
    expect((await store.claim(retryOf(request))).kind).toBe('expired')
  })

  it('keeps a success for no longer than it is told, and no more of them', async () => {
    const { store, asked, time } = caching({ keepFor: '5s', maxReceipts: 2 })
    const [first, second, third] = [await settledIn(store), await settledIn(store), await settledIn(store)]
    expect(asked.claims).toBe(3)
    await store.claim(retryOf(third.request))
    await store.claim(retryOf(second.request))
    expect(asked.claims).toBe(3)
    await store.claim(retryOf(first.request))
    expect(asked.claims).toBe(4)
    time.now += 5000
    await store.claim(retryOf(third.request))
    expect(asked.claims).toBe(5)
  })

  it('keeps no outcome larger than a sixteenth of what it may hold, and lets the oldest go for the next', async () => {
    const { store, asked } = caching({ maxBytes: 160 })
    const large = await settledIn(store, {}, 'x'.repeat(11))
    const before = asked.claims
    await store.claim(retryOf(large.request))
    expect(asked.claims).toBe(before + 1)
    const small = []
    for (let n = 0; n < 17; n += 1) small.push(await settledIn(store, {}, 'x'.repeat(10)))
    const settled = asked.claims
    for (const { request } of small.slice(1)) await store.claim(retryOf(request))
    expect(asked.claims).toBe(settled)
    await store.claim(retryOf((small[0] as (typeof small)[number]).request))
    expect(asked.claims).toBe(settled + 1)
  })

  it('keeps nothing but a success', async () => {
    const { store, asked } = caching()
    const request = requestWith()
    const claimed = await store.claim(request)
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
    await store.settle(fenceOf(claimed.receipt), { as: 'failed', outcome: new Uint8Array(1) })
    await store.claim(retryOf(request))
    await store.claim(retryOf(request))
    expect(asked.claims).toBe(3)
  })

  it('is an option of createReceipts, off unless asked for', async () => {
    for (const [replayCache, claims] of [
      [undefined, 3],
      [{}, 1],
    ] as const) {
      const { inner, asked } = caching()
      const receipts = createReceipts({ store: inner, sweep: 'off', ...(replayCache && { replayCache }) })
      const charge = receipts.operation('charge', { guarantee: 'at-most-once' })
      for (let n = 0; n < 3; n += 1) await charge.once({ tenant: 't', key: 'k', request: {} }, () => 'done')
      expect(asked.claims).toBe(claims)
      await receipts.close()
    }
  })
})

it('leaves a store its transactions', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const store = sqliteStore(join(folder, 'receipts.db'))
  const receipts = createReceipts({ store, sweep: 'off', replayCache: {} })
  onTestFinished(() => receipts.close())
  const order = receipts.transactional('order', { ttl: '1h' })
  const call = { tenant: 't', key: 'k', request: {} }
  expect((await order.onceInTransaction(call, () => 'placed')).value).toBe('placed')
  expect(await order.onceInTransaction(call, () => 'again')).toMatchObject({
    value: 'placed',
    replayed: true,
  })
})

interface Caching {
  readonly store: ReceiptStore
  readonly inner: ReceiptStore
  readonly asked: { claims: number }
  readonly time: { now: number }
}

/** A cache before a store whose claims are counted; both by one clock. */
function caching(options: ReplayCacheOptions = {}, given?: ReceiptStore): Caching {
  const time = { now: 1_000_000 }
  const behind = given ?? memoryStore({ now: () => time.now })
  const asked = { claims: 0 }
  const inner: ReceiptStore = {
    ...bound(behind),
    claim: (request) => {
      asked.claims += 1
      return behind.claim(request)
    },
  }
  const elapsed = given ? () => performance.now() : () => time.now
  return { store: withReplayCache(inner, elapsed, options), inner, asked, time }
}

function bound(store: ReceiptStore): ReceiptStore {
  return withReplayCache(store, () => 0, { maxReceipts: 0 })
}

async function settledIn(
  store: ReceiptStore,
  given: Partial<ReturnType<typeof requestWith>> = {},
  outcome = 'done',
): Promise<{ request: ReturnType<typeof requestWith>; receipt: Receipt }> {
  const request = requestWith(given)
  const claimed = await store.claim(request)
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
  const settled = await store.settle(fenceOf(claimed.receipt), succeeded(outcome))
  if (settled.kind !== 'settled') throw new Error(settled.kind)
  return { request, receipt: settled.receipt }
}
