import { describe, expect, it } from 'vitest'
import { OutcomeNotKept, StoreUnavailable } from '../../../src/core/index.ts'
import type { ReceiptEvent } from '../../../src/engine/index.ts'
import { memoryStore } from '../../../src/stores/memory/index.ts'
import { gate } from './gate.ts'
import { call, id, receiptsOn } from './receipts.ts'
import { withVerbs } from './with-verbs.ts'

describe('an outcome', () => {
  it('comes back to its first caller as the decoded copy that a retry gets', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once' })
    const first = await operation.once(call, () => ({ at: new Date(0), left: undefined }))
    const retry = await operation.once(call, () => 'not run')
    expect(first.value).toEqual({ at: '1970-01-01T00:00:00.000Z' })
    expect(retry.value).toEqual(first.value)
  })

  it.each([
    ['too_large', () => 'x'.repeat(2_000)],
    ['unencodable', () => 10n],
    ['unencodable', () => new Map([['id', 7]])],
  ])('that is %s is not kept, and never a reason to run again', async (why, handler) => {
    const options = { guarantee: 'at-least-once', maxOutcomeBytes: 1_000 } as const
    const operation = receiptsOn(memoryStore()).operation('op', options)
    expect((await operation.once<unknown>(call, handler)).value).toEqual(handler())
    const retry = operation.once(call, () => 'not run')
    await expect(retry).rejects.toBeInstanceOf(OutcomeNotKept)
    await expect(retry).rejects.toMatchObject({ why })
  })

  it('that the store refuses for its size is settled as not kept', async () => {
    const store = memoryStore()
    const picky = withVerbs(store, {
      settle: (fence, settlement) =>
        settlement.outcome && settlement.outcome.length > 100
          ? Promise.reject(new StoreUnavailable('test', 'too_large', 'takes no outcome of that size'))
          : store.settle(fence, settlement),
    })
    const operation = receiptsOn(picky).operation('op', { guarantee: 'at-most-once' })
    expect(await operation.once(call, () => 'x'.repeat(200))).toMatchObject({ receipt: 'not_kept' })
    await expect(operation.once(call, () => 'not run')).rejects.toMatchObject({ why: 'unstorable' })
  })
})

describe('a settle', () => {
  it('whose answer is lost is sent again, and counts once', async () => {
    const store = memoryStore()
    let sent = 0
    const lossy = withVerbs(store, {
      settle: async (fence, settlement) => {
        sent += 1
        const answer = await store.settle(fence, settlement)
        if (sent === 1) throw unreachable()
        return answer
      },
    })
    const operation = receiptsOn(lossy).operation('op', { guarantee: 'at-most-once' })
    expect(await operation.once(call, () => 'done')).toMatchObject({ value: 'done', receipt: 'settled' })
    expect(sent).toBe(2)
  })

  it('that fails until the lease ends gives the caller its answer, is reported, and is made up for later', async () => {
    const store = memoryStore()
    let down = true
    const events: ReceiptEvent[] = []
    const flaky = withVerbs(store, {
      settle: (fence, settlement) => (down ? Promise.reject(unreachable()) : store.settle(fence, settlement)),
    })
    const settled = Promise.withResolvers<void>()
    const onEvent = (event: ReceiptEvent): void => {
      events.push(event)
      if (event.type === 'settled') settled.resolve()
    }
    const operation = receiptsOn(flaky, { onEvent }).operation('op', {
      guarantee: 'at-most-once',
      lease: '100ms',
    })
    expect(await operation.once(call, () => 'done')).toMatchObject({ value: 'done', receipt: 'unsettled' })
    expect(events.map(({ type }) => type)).toContain('unsettled')
    down = false
    await settled.promise
    await expect(operation.once(call, () => 'not run')).resolves.toMatchObject({
      value: 'done',
      replayed: true,
    })
  })

  it('that comes too late is refused, and the caller gets the winner’s outcome', async () => {
    const store = memoryStore()
    const events: string[] = []
    const slow = receiptsOn(store, { onEvent: ({ type }) => events.push(type) })
    const holder = gate()
    const options = { guarantee: 'at-least-once', lease: '60s' } as const
    const first = slow.operation('op', options).once(call, holder.handler)
    await holder.begun
    await store.age(id, 61_000)
    const winner = await receiptsOn(store)
      .operation('op', options)
      .once(call, () => 'the winner')
    expect(winner).toMatchObject({ value: 'the winner', attempt: 2, replayed: false })
    holder.open('the loser')
    expect(await first).toMatchObject({ value: 'the winner', attempt: 2, replayed: true })
    expect(events).toContain('claim_lost')
  })

  it('that comes too late, with no winner’s outcome to be had, ends in ClaimLost', async () => {
    const store = memoryStore()
    const options = { guarantee: 'at-least-once', lease: '60s', wait: 'reject' } as const
    const holder = gate()
    const first = receiptsOn(store).operation('op', options).once(call, holder.handler)
    await holder.begun
    await store.age(id, 61_000)
    const winner = gate()
    const second = receiptsOn(store).operation('op', options).once(call, winner.handler)
    await winner.begun
    holder.open('the loser')
    await expect(first).rejects.toMatchObject({ code: 'claim_lost', why: 'taken_over' })
    winner.open('late')
    await second
  })
})

function unreachable(): StoreUnavailable {
  return new StoreUnavailable('test', 'unreachable', 'could not be reached')
}
