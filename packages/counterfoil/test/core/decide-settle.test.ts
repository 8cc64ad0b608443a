import { describe, expect, it } from 'vitest'
import type { Fence, FencedDecision, Receipt, Settlement } from '../../src/core/index.ts'
import {
  decideRefused,
  decideRenew,
  decideSettle,
  decideStep,
  decideYield,
  generationOf,
} from '../../src/core/index.ts'
import {
  bytes,
  failedWith,
  fence,
  givenUp,
  hold,
  LEASE,
  releasedWith,
  rerun,
  running,
  settled,
  succeededWith,
  takenOver,
} from './receipts.ts'

const settlements: readonly Settlement[] = [
  succeededWith(),
  failedWith(),
  releasedWith('stands'),
  releasedWith('cleared'),
]

describe('a settle under the fence', () => {
  it.each([20, LEASE - 1, LEASE, 1_000_000])('is written at %i, before or after the lease', (now) => {
    const first = running()
    expect(written(decideSettle(first, fence(first), succeededWith(), now))).toMatchObject({
      state: 'succeeded',
      settledAt: now,
      outcome: bytes('outcome'),
      attempt: 1,
      token: 'a',
    })
  })

  it('as failed is final, and keeps no request', () => {
    const first = running({ request: bytes('kept') })
    const receipt = written(decideSettle(first, fence(first), failedWith(), 20))
    expect(receipt).toMatchObject({
      state: 'failed',
      retryable: false,
      request: null,
      outcome: bytes('failure'),
    })
  })

  it('as succeeded keeps no request, and clears doubt', () => {
    const second = { ...takenOver(), request: bytes('kept') }
    expect(second.doubtSince).toBe(LEASE)
    const receipt = written(decideSettle(second, fence(second), succeededWith(), 100))
    expect(receipt).toMatchObject({ state: 'succeeded', request: null, doubtSince: null })
  })

  it('as failed leaves the note of the doubt', () => {
    const second = takenOver()
    expect(written(decideSettle(second, fence(second), failedWith(), 100)).doubtSince).toBe(LEASE)
  })

  it('as released is retryable, keeps its refusal and the request', () => {
    const first = running({ request: bytes('kept') })
    expect(written(decideSettle(first, fence(first), releasedWith(), 20))).toMatchObject({
      state: 'failed',
      retryable: true,
      outcome: bytes('refusal'),
      request: bytes('kept'),
      settledAt: 20,
    })
  })

  it('as released while doubt stands gives the claim up, with its refusal for those who wait', () => {
    const second = takenOver()
    expect(written(decideSettle(second, fence(second), releasedWith('stands'), 100))).toMatchObject({
      state: 'in_progress',
      leaseEndsAt: 100,
      doubtSince: LEASE,
      givenUp: { as: 'in_doubt', recoverableAt: 100, refusal: bytes('refusal') },
    })
  })

  it('as released with the doubt cleared is a release', () => {
    const second = takenOver()
    expect(written(decideSettle(second, fence(second), releasedWith('cleared'), 100))).toMatchObject({
      state: 'failed',
      retryable: true,
      doubtSince: null,
    })
  })

  it('changes nothing of the facts', () => {
    const second = takenOver()
    const receipt = written(decideSettle(second, fence(second), succeededWith(), 100))
    const { state, leaseEndsAt, givenUp: _, ...facts } = second
    expect([state, leaseEndsAt]).toEqual(['in_progress', 2 * LEASE])
    expect(receipt).toEqual({
      ...facts,
      doubtSince: null,
      request: null,
      state: 'succeeded',
      settledAt: 100,
      outcome: bytes('outcome'),
    })
  })
})

describe('a settle sent twice', () => {
  const ends: readonly Receipt[] = [
    ...settlements.map((settlement) => settled(running(), settlement)),
    settled(takenOver(), releasedWith(), 100),
    givenUp(),
  ]

  it.each(ends)('is one settle, and answers what is stored: $state', (stored) => {
    for (const settlement of settlements) {
      expect(decideSettle(stored, fence(stored), settlement, 500)).toEqual({
        kind: 'already',
        receipt: stored,
      })
    }
    expect(decideYield(stored, fence(stored), 5, 500)).toEqual({ kind: 'already', receipt: stored })
  })
})

describe('a write under another fence', () => {
  const second = takenOver()
  const others: Readonly<Record<string, Fence>> = {
    'the overtaken attempt': fence(running()),
    'another token': fence(second, { token: 'c' }),
    'an earlier attempt with the right token': fence(second, { attempt: 1 }),
    'a later attempt with the right token': fence(second, { attempt: 3 }),
    'another incarnation': fence(second, { incarnation: 'two' }),
  }
  const receipts = [second, ...settlements.map((settlement) => settled(second, settlement, 100)), undefined]

  it.each(Object.entries(others))('%s is lost, whatever the verb', (_, other) => {
    for (const receipt of receipts) {
      for (const settlement of settlements) {
        expect(decideSettle(receipt, other, settlement, 70)).toEqual({ kind: 'lost' })
      }
      expect(decideYield(receipt, other, 5, 70)).toEqual({ kind: 'lost' })
      expect(decideRenew(receipt, other, 5, 70)).toEqual({ kind: 'lost' })
      expect(decideRefused(receipt, other, 'charge', 0)).toEqual({ kind: 'lost' })
      expect(decideStep(receipt, other)).toBe('lost')
    }
  })
})

describe('a yield', () => {
  it('abandons at once, and backs off', () => {
    const first = running()
    expect(written(decideYield(first, fence(first), 100, 10))).toEqual({
      ...first,
      doubtSince: 10,
      leaseEndsAt: 10,
      givenUp: { as: 'in_doubt', recoverableAt: 110, refusal: null },
    })
  })

  it('leaves doubt where it began', () => {
    const second = takenOver(hold)
    expect(written(decideYield(second, fence(second), 100, 90)).doubtSince).toBe(LEASE)
  })
})

describe('what only a running attempt writes', () => {
  it('is lost to one that has ended', () => {
    for (const ended of [...settlements.map((settlement) => settled(running(), settlement)), givenUp()]) {
      expect(decideRenew(ended, fence(ended), 5, 20)).toEqual({ kind: 'lost' })
      expect(decideRefused(ended, fence(ended), 'charge', 0)).toEqual({ kind: 'lost' })
      expect(decideStep(ended, fence(ended))).toBe('lost')
    }
  })

  it('may come late, as long as nobody took over', () => {
    const first = running({ policies: rerun })
    expect(written(decideRenew(first, fence(first), 5, 10 * LEASE))).toEqual({
      ...first,
      leaseEndsAt: 10 * LEASE + 5,
    })
    expect(decideStep(first, fence(first))).toBe('write')
  })
})

describe('a refusal', () => {
  it('counts once however often it is said, and never backwards', () => {
    let receipt: Receipt = running()
    for (const [generation, counted] of [
      [0, 1],
      [0, 1],
      [1, 2],
      [0, 2],
      [4, 5],
      [2, 5],
    ] as const) {
      receipt = written(decideRefused(receipt, fence(receipt), 'charge', generation))
      expect(generationOf(receipt, 'charge')).toBe(counted)
    }
  })

  it('counts each step by itself, whatever its name', () => {
    let receipt: Receipt = running()
    for (const step of ['__proto__', 'constructor', 'charge']) {
      expect(generationOf(receipt, step)).toBe(0)
      receipt = written(decideRefused(receipt, fence(receipt), step, 2))
      expect(generationOf(receipt, step)).toBe(3)
    }
    expect(Object.keys(receipt.generations).sort()).toEqual(['__proto__', 'charge', 'constructor'])
  })
})

function written(decision: FencedDecision): Receipt {
  if (decision.kind !== 'write') throw new Error(decision.kind)
  return decision.receipt
}
