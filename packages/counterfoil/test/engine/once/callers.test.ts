import { describe, expect, it } from 'vitest'
import { type ClaimRequest, StillInProgress, StoredFailure } from '../../../src/core/index.ts'
import { createReceipts } from '../../../src/engine/index.ts'
import { memoryStore } from '../../../src/stores/memory/index.ts'
import { gate } from './gate.ts'
import { call, id, receiptsOn } from './receipts.ts'
import { withVerbs } from './with-verbs.ts'

describe('callers with one key', () => {
  it('cost one claim and at most two reads, however many wait in one process', async () => {
    const store = memoryStore()
    const asked = { claims: 0, reads: 0 }
    const counted = withVerbs(store, {
      claim: (request: ClaimRequest) => {
        asked.claims += 1
        return store.claim(request)
      },
      read: (key: string) => {
        asked.reads += 1
        return store.read(key)
      },
    })
    const holder = gate()
    const held = receiptsOn(store).operation('op', { guarantee: 'at-most-once' }).once(call, holder.handler)
    await holder.begun
    const waiter = receiptsOn(counted).operation('op', { guarantee: 'at-most-once' })
    const waiting = Array.from({ length: 64 }, () => waiter.once(call, () => 'not run'))
    while (asked.reads === 0) await new Promise(setImmediate)
    holder.open('the outcome')
    expect(new Set((await Promise.all(waiting)).map(({ value }) => value))).toEqual(new Set(['the outcome']))
    await held
    expect(asked.claims).toBe(1)
    expect(asked.reads).toBeLessThanOrEqual(2)
  })

  it('are refused at once where the operation says reject, with a true time to retry after', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once', wait: 'reject' })
    const holder = gate()
    const first = operation.once(call, holder.handler)
    await holder.begun
    const refused = await operation.once(call, () => 'not run').catch((error) => error)
    expect(refused).toBeInstanceOf(StillInProgress)
    expect(refused).toMatchObject({ why: 'rejected', retry: 'later' })
    expect(refused.retryAfterMs).toBeGreaterThan(0)
    expect(refused.retryAfterMs).toBeLessThanOrEqual(30_000)
    holder.open('done')
    expect((await first).value).toBe('done')
  })

  it('may wait up to the cap for one receipt, and no more', async () => {
    const options = { guarantee: 'at-most-once', maxWaitersPerReceipt: 2 } as const
    const operation = receiptsOn(memoryStore()).operation('op', options)
    const holder = gate()
    const all = [operation.once(call, holder.handler)]
    await holder.begun
    all.push(
      operation.once(call, () => 'a'),
      operation.once(call, () => 'b'),
    )
    await expect(operation.once(call, () => 'c')).rejects.toMatchObject({ why: 'too_many_waiters' })
    holder.open('done')
    expect((await Promise.all(all)).map(({ value }) => value)).toEqual(['done', 'done', 'done'])
  })

  it('may wait up to the cap in all, and no more', async () => {
    const operation = receiptsOn(memoryStore(), { maxWaiters: 1 }).operation('op', {
      guarantee: 'at-most-once',
    })
    const holder = gate()
    const all = [operation.once(call, holder.handler)]
    await holder.begun
    all.push(operation.once(call, () => 'a'))
    await expect(operation.once(call, () => 'b')).rejects.toMatchObject({ why: 'too_many_waiters' })
    holder.open('done')
    await Promise.all(all)
  })

  it('all get the refusal of the attempt that they waited on, and it is one attempt', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-least-once' })
    let runs = 0
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, () =>
        operation.once(call, async () => {
          runs += 1
          await new Promise(setImmediate)
          throw new RangeError('429')
        }),
      ),
    )
    expect(runs).toBe(1)
    const reasons = results.map((result) => (result.status === 'rejected' ? result.reason : undefined))
    expect(reasons.filter((reason) => reason instanceof RangeError)).toHaveLength(1)
    expect(
      reasons.filter((reason) => reason instanceof StoredFailure && reason.retry === 'later'),
    ).toHaveLength(199)
    await expect(operation.once(call, () => 'later')).resolves.toMatchObject({ value: 'later', attempt: 2 })
  })

  it('stop waiting when they are gone, and an attempt goes on without its caller', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once' })
    const holder = gate()
    const leaving = new AbortController()
    const first = operation.once({ ...call, signal: leaving.signal }, holder.handler)
    await holder.begun
    const second = operation.once({ ...call, signal: leaving.signal }, () => 'not run')
    leaving.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    await expect(second).rejects.toThrow('gone')
    const retry = operation.once(call, () => 'not run')
    holder.open('done')
    await expect(retry).resolves.toMatchObject({ value: 'done', replayed: true })
  })
})

it('sends waiters away when it closes, and lets what runs settle', async () => {
  const store = memoryStore()
  const receipts = createReceipts({ store: withVerbs(store, { close: async () => undefined }) })
  const operation = receipts.operation('op', { guarantee: 'at-most-once' })
  const holder = gate()
  const first = operation.once(call, holder.handler)
  await holder.begun
  const waiter = operation.once(call, () => 'not run')
  const closed = receipts.close()
  await expect(waiter).rejects.toMatchObject({ code: 'receipts_closed' })
  await expect(operation.once(call, () => 'not run')).rejects.toMatchObject({ code: 'receipts_closed' })
  holder.open('done')
  expect((await first).value).toBe('done')
  await closed
  expect((await store.read(id)).receipt?.state).toBe('succeeded')
})
