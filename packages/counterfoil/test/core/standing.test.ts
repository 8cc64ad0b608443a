import { describe, expect, it } from 'vitest'
import type { InProgress, Receipt } from '../../src/core/index.ts'
import {
  aged,
  doubtOf,
  encodeKeptRequest,
  HELD_AT_LEAST_MS,
  isRecoverable,
  placeOf,
} from '../../src/core/index.ts'
import {
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

type Way = readonly (readonly [from: number, place: string])[]

/** Each receipt's way through time, by the milliseconds at which it gets somewhere. */
const ways: readonly (readonly [what: string, receipt: Receipt, way: Way])[] = [
  [
    'running, held',
    running(),
    [
      [0, 'in_progress'],
      [LEASE, 'abandoned'],
      [LEASE + HELD_AT_LEAST_MS, 'tombstone'],
    ],
  ],
  [
    'running, held, long retention',
    running({ keyRetentionMs: 40 * DAY }),
    [
      [LEASE, 'abandoned'],
      [LEASE + 40 * DAY, 'tombstone'],
    ],
  ],
  [
    'running, re-run',
    running({ policies: rerun }),
    [
      [0, 'in_progress'],
      [LEASE, 'abandoned'],
      [LEASE + RETENTION, 'absent'],
    ],
  ],
  [
    'taken over',
    takenOver(),
    [
      [LEASE, 'in_progress'],
      [2 * LEASE, 'abandoned'],
      [2 * LEASE + RETENTION, 'absent'],
    ],
  ],
  [
    'given up, held',
    givenUp(),
    [
      [10, 'abandoned'],
      [10 + HELD_AT_LEAST_MS, 'tombstone'],
    ],
  ],
  [
    'given up, re-run',
    givenUp(running({ policies: rerun })),
    [
      [10, 'abandoned'],
      [10 + RETENTION, 'absent'],
    ],
  ],
  [
    'released',
    settled(running(), releasedWith()),
    [
      [10, 'released'],
      [10 + TTL, 'released'],
      [10 + RETENTION, 'absent'],
    ],
  ],
  [
    'succeeded',
    settled(running(), succeededWith()),
    [
      [10, 'succeeded'],
      [10 + TTL, 'tombstone'],
      [10 + RETENTION, 'absent'],
    ],
  ],
  [
    'failed',
    settled(running(), failedWith()),
    [
      [10, 'failed'],
      [10 + TTL, 'tombstone'],
      [10 + RETENTION, 'absent'],
    ],
  ],
  [
    'swept',
    { ...settled(running(), succeededWith()), outcome: null } as Receipt,
    [
      [10, 'tombstone'],
      [10 + RETENTION, 'absent'],
    ],
  ],
]

describe('a receipt', () => {
  it.each(ways)('that is %s goes its way through time', (_, receipt, way) => {
    for (const [index, [from, place]] of way.entries()) {
      expect([from, placeOf(receipt, from)]).toEqual([from, place])
      const next = way[index + 1]
      if (next) expect([next[0] - 1, placeOf(receipt, next[0] - 1)]).toEqual([next[0] - 1, place])
    }
  })

  it.each(ways)('that is %s and has aged stands as if that time had gone by', (_, receipt, way) => {
    for (const [from, place] of way) {
      for (const ms of [1, LEASE, TTL, 7 * RETENTION])
        expect(placeOf(aged(receipt, ms), from - ms)).toBe(place)
    }
  })

  it('that nobody has claimed is absent', () => {
    expect(placeOf(undefined, 0)).toBe('absent')
  })

  it('is in doubt from its first lapse', () => {
    expect(doubtOf(running())).toBe(LEASE)
    expect(doubtOf(takenOver())).toBe(LEASE)
    expect(doubtOf(givenUp(takenOver()) as InProgress)).toBe(LEASE)
  })

  it('moves all its times, and nothing else, when it ages', () => {
    const second = takenOver()
    expect(aged(second, 7)).toEqual({
      ...second,
      createdAt: -7,
      claimedAt: LEASE - 7,
      doubtSince: LEASE - 7,
      leaseEndsAt: 2 * LEASE - 7,
      history: [{ ...second.history[0], claimedAt: -7, endedAt: LEASE - 7 }],
    })
    expect(aged(givenUp(), 7)).toMatchObject({ leaseEndsAt: 3, givenUp: { recoverableAt: 103 } })
    expect(aged(settled(running(), succeededWith()), 7)).toMatchObject({ settledAt: 3, doubtSince: null })
  })
})

describe('a recoverable receipt', () => {
  const query = { of: { operation: 'operation' }, forMs: 30 }

  it('was abandoned for long enough', () => {
    expect(isRecoverable(running(), query, LEASE + 29)).toBe(false)
    expect(isRecoverable(running(), query, LEASE + 30)).toBe(true)
    expect(isRecoverable(running(), { ...query, forMs: 0 }, LEASE - 1)).toBe(false)
    expect(isRecoverable(running(), query, LEASE + HELD_AT_LEAST_MS)).toBe(false)
  })

  it('does not back off', () => {
    expect(isRecoverable(givenUp(), query, 109)).toBe(false)
    expect(isRecoverable(givenUp(), query, 110)).toBe(true)
  })

  it('is of the operation, and not settled', () => {
    expect(isRecoverable(running(), { ...query, of: { operation: 'another' } }, LEASE + 30)).toBe(false)
    expect(isRecoverable(settled(running(), releasedWith()), query, LEASE + 30)).toBe(false)
  })

  it('is kept by the operation, whatever its own name', () => {
    const by = { of: { keptBy: 'gateway' }, forMs: 30 }
    const kept = { method: 'POST', target: '/', headers: [], body: new Uint8Array() }
    const keeping = { ...running(), request: encodeKeptRequest('gateway', kept) }
    expect(isRecoverable(keeping, by, LEASE + 30)).toBe(true)
    expect(isRecoverable(keeping, by, LEASE + 29)).toBe(false)
    expect(isRecoverable(keeping, { ...by, of: { keptBy: 'operation' } }, LEASE + 30)).toBe(false)
    expect(isRecoverable(running(), { ...by, of: { keptBy: 'operation' } }, LEASE + 30)).toBe(false)
    expect(isRecoverable({ ...running(), request: Uint8Array.of(1) }, by, LEASE + 30)).toBe(false)
  })
})
