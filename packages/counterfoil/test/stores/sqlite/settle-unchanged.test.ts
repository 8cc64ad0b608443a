import { describe, expect, it } from 'vitest'
import { type ClaimRequest, fenceOf, type ReceiptStore, type Running } from '../../../src/core/index.ts'
import { storeClock } from '../../../src/stores/sqlite/clock.ts'
import { openConnection } from '../../../src/stores/sqlite/connection.ts'
import {
  asUnchanged,
  type SettleUnchanged,
  settleUnchanged,
} from '../../../src/stores/sqlite/settle-unchanged.ts'
import { ages, bytesOf, requestWith, rerunPolicies, retryOf } from '../../../src/testing/requests.ts'
import { newPath, openAt, outcome, strangerAt } from './a-file.ts'

const succeeded = { as: 'succeeded', outcome } as const

describe('a success of a receipt that is unchanged since its claim', () => {
  it('leaves the very row that a settle which reads first leaves', async () => {
    const path = newPath()
    const store = openAt(path, { now: () => 1_700_000_000_000 })
    const read = await inDoubtAgain(store)
    const unread = await inDoubtAgain(store)
    await store.settle(fenceOf(read), succeeded)
    await store.settle(fenceOf(unread), succeeded, unread)
    const [first, second] = strangerAt(path).prepare(ROWS).all() as [object, object]
    expect(second).toEqual(first)
    expect(second).toMatchObject({
      state: 'succeeded',
      lease_ends_at: null,
      request: null,
      doubt_since: null,
    })
  })

  it('is written only under its fence', async () => {
    const path = newPath()
    const claimed = await claimedBy(openAt(path), requestWith())
    const write = asUnchanged(fenceOf(claimed), succeeded, claimed) as SettleUnchanged
    const clock = storeClock()
    const { tables, database } = openConnection(path, clock)
    const { fence } = write
    const others: readonly SettleUnchanged[] = [
      { ...write, fence: { ...fence, id: requestWith().id } },
      { ...write, fence: { ...fence, token: 'another' } },
      { ...write, fence: { ...fence, attempt: 2 } },
      { ...write, fence: { ...fence, incarnation: 'another' } },
    ]
    for (const other of others) {
      expect(settleUnchanged(tables, other, clock)).toEqual({ kind: 'lost' })
    }
    expect(tables.read(fence.id)).toEqual(claimed)
    expect(settleUnchanged(tables, write, clock)).toBeTypeOf('number')
    expect(settleUnchanged(tables, write, clock)).toMatchObject({ kind: 'settled' })
    database.close()
  })

  it.each([
    ['a refusal was counted', { generations: '{"charge":1}' }],
    ['its times have moved', { claimedAt: 1 }],
  ])('is decided on what is read where %s', async (_why, given) => {
    const path = newPath()
    const claimed = await claimedBy(openAt(path), requestWith())
    const write = { ...(asUnchanged(fenceOf(claimed), succeeded, claimed) as SettleUnchanged), ...given }
    const clock = storeClock()
    const { tables, database } = openConnection(path, clock)
    const answer = settleUnchanged(tables, write, clock)
    expect(answer).toEqual({ kind: 'settled', receipt: tables.read(claimed.id) })
    database.close()
  })

  it('is not tried with the receipt of another claim', async () => {
    const store = openAt(newPath())
    const one = await claimedBy(store, requestWith())
    const other = await claimedBy(store, requestWith())
    expect(asUnchanged(fenceOf(one), succeeded, other)).toBeUndefined()
    expect(await store.settle(fenceOf(one), succeeded, other)).toMatchObject({ receipt: { id: one.id } })
    expect((await store.read(other.id)).receipt).toEqual(other)
  })
})

/** Claimed again after its first attempt was abandoned, with its request kept. */
async function inDoubtAgain(store: ReceiptStore): Promise<Running> {
  const first = requestWith({ policies: rerunPolicies, request: bytesOf('the request, kept') })
  await store.claim(first)
  await store.age(first.id, ages.pastLease)
  return claimedBy(store, retryOf(first))
}

async function claimedBy(store: ReceiptStore, request: ClaimRequest): Promise<Running> {
  const decision = await store.claim(request)
  if (decision.kind !== 'claimed') throw new Error(`not claimed: ${decision.kind}`)
  return decision.receipt
}

/** All but what tells any two receipts apart. */
const ROWS = `
SELECT operation, tenant, created_at, fingerprint_version, credentials, on_failure, on_abandoned, ttl_ms,
  key_retention_ms, attempt, purpose, claimed_at, predecessor, doubt_since, generations, history, state, retryable,
  lease_ends_at, given_up, recoverable_at, settled_at, sweep_due_at, outcome, request
FROM counterfoil_receipts`
