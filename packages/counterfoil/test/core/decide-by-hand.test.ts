import { describe, expect, it } from 'vitest'
import type { HandChange, HandTarget, Receipt } from '../../src/core/index.ts'
import {
  decideByHand,
  decideClaim,
  decideSettle,
  decideSweep,
  HELD_AT_LEAST_MS,
  MAX_HISTORY,
} from '../../src/core/index.ts'
import {
  bytes,
  failedWith,
  fence,
  givenUp,
  LEASE,
  RETENTION,
  releasedWith,
  request,
  running,
  settled,
  succeededWith,
  TTL,
  takenOver,
} from './receipts.ts'

const common = { by: 'ada', note: 'asked the bank', token: 'z' } as const
const release: HandChange = { ...common, do: 'release' }
const succeed: HandChange = { ...common, do: 'resolve', as: 'succeeded', outcome: bytes('found') }
const fail: HandChange = { ...common, do: 'resolve', as: 'failed', outcome: bytes('found') }
const changes = [release, succeed, fail]
const patience = LEASE + HELD_AT_LEAST_MS

const free = ['→ released', '→ succeeded', '→ failed'] as const
const never = (why: string): readonly [string, string, string] => [why, why, why]

/** What stands, when, and what comes of a release, of a success and of a failure by hand: a place, or the refusal. */
const rows: readonly (readonly [
  what: string,
  receipt: Receipt | undefined,
  now: number,
  comes: readonly [release: string, succeed: string, fail: string],
])[] = [
  ['nothing', undefined, 0, never('absent')],
  ['a living lease', running(), LEASE - 1, never('running')],
  ['a lapsed lease', running(), LEASE, free],
  ['what was given up', givenUp(), 20, free],
  ['what is held past all patience', running(), patience, free],
  ['what is entombed', entombed(), patience, free],
  ['a success', settled(running(), succeededWith()), 20, never('succeeded')],
  ['a success past ttl', settled(running(), succeededWith()), 10 + TTL, never('succeeded')],
  ['a success past key retention', settled(running(), succeededWith()), 10 + RETENTION, never('absent')],
  ['a failure', settled(running(), failedWith()), 20, ['→ released', 'not_held', 'not_held']],
  ['a failure past ttl', settled(running(), failedWith()), 10 + TTL, ['→ released', 'not_held', 'not_held']],
  ['a failure past key retention', settled(running(), failedWith()), 10 + RETENTION, never('absent')],
  ['what was released', settled(running(), releasedWith()), 20, never('not_held')],
]

describe('a change by hand', () => {
  it.each(rows)('of %s', (_, receipt, now, comes) => {
    const target = seen(receipt ?? running())
    const came = [release, succeed, fail].map((change) => {
      const decision = decideByHand(receipt, target, change, now)
      return decision.kind === 'refused' ? decision.why : `→ ${stateOf(decision.receipt)}`
    })
    expect(came).toEqual(comes)
  })

  it.each<[string, Partial<HandTarget>]>([
    ['another incarnation', { incarnation: 'two' }],
    ['another attempt', { attempt: 2 }],
    ['another state', { state: 'failed' }],
  ])('is refused where the receipt has moved on: %s', (_, moved) => {
    for (const change of changes) {
      expect(decideByHand(running(), { ...seen(running()), ...moved }, change, LEASE)).toEqual({
        kind: 'refused',
        why: 'moved_on',
      })
    }
  })

  it('rotates the token, clears the doubt, and leaves a note', () => {
    const second = takenOver()
    for (const change of changes) {
      const receipt = written(second, change, 1000)
      expect(receipt).toMatchObject({ token: 'z', doubtSince: null, attempt: 2, settledAt: 1000 })
      expect(receipt.history.at(-1)).toEqual({
        kind: 'by_hand',
        attempt: 2,
        at: 1000,
        did: change.do === 'release' ? 'released' : 'resolved',
        by: 'ada',
        note: 'asked the bank',
      })
      expect(decideSettle(receipt, fence(second), succeededWith(), 1001)).toEqual({ kind: 'lost' })
    }
  })

  it('keeps the request only for a release, which may run again', () => {
    const first = running({ request: bytes('kept') })
    expect(written(first, release, LEASE)).toMatchObject({
      request: bytes('kept'),
      outcome: null,
    })
    expect(written(first, succeed, LEASE)).toMatchObject({
      request: null,
      outcome: bytes('found'),
    })
    expect(written(first, fail, LEASE)).toMatchObject({
      request: null,
      outcome: bytes('found'),
    })
  })

  it('that releases lets the next caller run, and the old one no more', () => {
    const receipt = written(running(), release, LEASE)
    expect(decideClaim(receipt, request({ token: 'b' }), LEASE).kind).toBe('claimed')
    expect(decideClaim(receipt, request({ token: 'z' }), LEASE).kind).toBe('ended')
  })

  it('is remembered within the bound of the history', () => {
    let receipt: Receipt = running()
    const entry = receipt.history
    expect(entry).toEqual([])
    for (let round = 0; round < MAX_HISTORY; round += 1) {
      const now = LEASE * (round + 1) * 2
      receipt = written(receipt, release, now)
      const claim = decideClaim(receipt, request({ token: `token ${round}` }), now)
      if (claim.kind !== 'claimed') throw new Error(claim.kind)
      receipt = claim.receipt
    }
    expect(receipt.history).toHaveLength(MAX_HISTORY)
  })
})

function seen({ id, incarnation, attempt, state }: Receipt): HandTarget {
  return { id, incarnation, attempt, state }
}

function written(receipt: Receipt, change: HandChange, now: number): Receipt {
  const decision = decideByHand(receipt, seen(receipt), change, now)
  if (decision.kind !== 'write') throw new Error(decision.why)
  return decision.receipt
}

function stateOf(receipt: Receipt): string {
  return receipt.state === 'failed' && receipt.retryable ? 'released' : receipt.state
}

function entombed(): Receipt {
  const decision = decideSweep(running(), patience)
  if (decision.kind !== 'entomb') throw new Error(decision.kind)
  return decision.receipt
}
