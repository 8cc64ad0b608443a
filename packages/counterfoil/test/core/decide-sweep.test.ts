import { describe, expect, it } from 'vitest'
import type { Receipt } from '../../src/core/index.ts'
import { decideSweep, HELD_AT_LEAST_MS, sweepDueAt } from '../../src/core/index.ts'
import {
  bytes,
  DAY,
  failedWith,
  givenUp,
  LEASE,
  RETENTION,
  releasedWith,
  rerun,
  running,
  settled,
  succeededWith,
  TTL,
  takenOver,
} from './receipts.ts'

const success = settled(running(), succeededWith())
const swept: Receipt = { ...success, outcome: null, request: null } as Receipt
const long = 40 * DAY

/** When each thing is done, to the millisecond; before that it is kept. */
const rows: readonly (readonly [what: string, receipt: Receipt, at: number, done: string])[] = [
  ['a success', success, 10 + TTL, 'drop_bytes'],
  ['a failure', settled(running(), failedWith()), 10 + TTL, 'drop_bytes'],
  ["a release's refusal", settled(running(), releasedWith()), 10 + TTL, 'drop_bytes'],
  [
    'a success of no bytes',
    settled(running(), { as: 'succeeded', outcome: new Uint8Array() }),
    10 + TTL,
    'drop_bytes',
  ],
  ['a success without its bytes', swept, 10 + RETENTION, 'remove'],
  ['a success that nobody swept', success, 10 + RETENTION, 'remove'],
  ['an abandoned receipt that re-runs', running({ policies: rerun }), LEASE + RETENTION, 'remove'],
  ['a given-up receipt that re-runs', givenUp(running({ policies: rerun })), 10 + RETENTION, 'remove'],
  ['a held receipt', running(), LEASE + HELD_AT_LEAST_MS, 'entomb'],
  ['a held receipt with a long key retention', running({ keyRetentionMs: long }), LEASE + long, 'entomb'],
  ['a given-up held receipt', givenUp(), 10 + HELD_AT_LEAST_MS, 'entomb'],
]

describe('the sweep', () => {
  it.each(rows)('keeps %s until its time has come', (_, receipt, at, done) => {
    const until = done === 'remove' && receipt === success ? 10 + TTL : at
    expect(decideSweep(receipt, until - 1).kind).toBe('keep')
    expect(decideSweep(receipt, at).kind).toBe(done)
  })

  it.each(rows)('is due for %s by the index at no later time', (_, receipt, at) => {
    expect(sweepDueAt(receipt)).toBeLessThanOrEqual(at)
  })

  it('drops bytes and nothing else', () => {
    const receipt = settled(running({ request: bytes('kept') }), releasedWith())
    expect(decideSweep(receipt, 10 + TTL)).toEqual({
      kind: 'drop_bytes',
      receipt: { ...receipt, outcome: null, request: null },
    })
  })

  it('entombs what is held past all patience once, counted from the first lapse, and keeps it for ever', () => {
    const second = takenOver()
    const held = { ...second, policies: running().policies, request: bytes('kept') }
    const decision = decideSweep(held, LEASE + HELD_AT_LEAST_MS)
    expect(decision).toEqual({
      kind: 'entomb',
      receipt: { ...held, request: null, doubtSince: LEASE, givenUp: { as: 'tombstone' } },
    })
    if (decision.kind !== 'entomb') return
    expect(decideSweep(decision.receipt, 1000 * HELD_AT_LEAST_MS).kind).toBe('keep')
    expect(sweepDueAt(decision.receipt)).toBeNull()
  })

  it('entombs with the time at which doubt began, where nobody had noted it', () => {
    expect(decideSweep(running(), LEASE + HELD_AT_LEAST_MS)).toMatchObject({
      kind: 'entomb',
      receipt: { doubtSince: LEASE, leaseEndsAt: LEASE },
    })
  })

  it('touches no living lease, however old the doubt', () => {
    const second = { ...takenOver(), policies: running().policies, leaseEndsAt: 100 * HELD_AT_LEAST_MS }
    expect(decideSweep(second, 99 * HELD_AT_LEAST_MS).kind).toBe('keep')
  })
})
