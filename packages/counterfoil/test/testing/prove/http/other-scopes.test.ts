import { describe, expect, it } from 'vitest'
import type { Effects } from '../../../../src/testing/prove/http/counter.ts'
import { type Elsewhere, judgeElsewhere } from '../../../../src/testing/prove/http/judging/elsewhere.ts'
import { judgeMalformed } from '../../../../src/testing/prove/http/judging/malformed.ts'
import { succeeded } from '../../../../src/testing/prove/http/judging/succeeded.ts'
import { judgeLong } from '../../../../src/testing/prove/http/scenarios/long-key.ts'
import { judgeMissingKey } from '../../../../src/testing/prove/http/scenarios/missing-key.ts'
import { call, conflict, counted, created, createdAgain, exchange, notCounted, type Seen } from './seen.ts'

const apart = { tellsRunsApart: true }
const alike = { tellsRunsApart: false }
const first = succeeded(exchange(created))
const refused: Seen = { status: 400 }

describe('a key in another scope', () => {
  const found = (other: Seen, { tellsRunsApart }: typeof apart, seen: Partial<Elsewhere> = {}) =>
    judgeElsewhere(
      { first, other: exchange(other), effects: counted(1), countedThere: counted(1), ...seen },
      { tellsRunsApart },
      'It was given away.',
    ).kind

  it('runs for itself, or is refused', () => {
    expect(found(createdAgain, apart)).toBe('kept')
    expect(found({ status: 403 }, apart)).toBe('kept')
    expect(found(conflict, apart)).toBe('kept')
  })

  it('does not get the outcome', () => {
    expect(found(created, apart)).toBe('broken')
    expect(found({ ...created, lines: [['Idempotent-Replayed', 'true']] }, alike)).toBe('broken')
  })

  it('is told by the count where every run is answered alike', () => {
    expect(found(created, alike)).toBe('broken')
    expect(found(created, alike, { effects: counted(2) })).toBe('kept')
  })

  it('is not seen where that count is lacking, or blind to it', () => {
    expect(found(created, alike, { effects: notCounted })).toBe('unmeasured')
    expect(found(created, alike, { countedThere: counted(0) })).toBe('unmeasured')
    expect(found({ status: 503 }, apart)).toBe('unmeasured')
    expect(found({ status: 500 }, apart)).toBe('unmeasured')
  })
})

describe('two requests without a key', () => {
  it.each([
    ['both are refused', refused, refused, 'kept'],
    ['both run', created, createdAgain, 'kept'],
    ['the second gets the outcome of the first', created, created, 'broken'],
    ['the second is refused as another one', created, conflict, 'broken'],
    ['the service falls over them', { status: 500 }, { status: 500 }, 'broken'],
    ['it is too busy', { status: 503 }, refused, 'unmeasured'],
  ] as const)('%s', (_what, one, other, kind) => {
    expect(judgeMissingKey(exchange(one), exchange(other), apart).kind).toBe(kind)
  })

  it('are not seen to run where every run is answered alike', () => {
    expect(judgeMissingKey(exchange(created), exchange(created), alike).kind).toBe('unmeasured')
  })
})

describe('a malformed key', () => {
  it('is refused without an effect', () => {
    expect(judgeMalformed(exchange(refused), counted(0)).kind).toBe('kept')
    expect(judgeMalformed(exchange(refused), counted(1)).kind).toBe('broken')
    expect(judgeMalformed(exchange(created), notCounted).kind).toBe('broken')
    expect(judgeMalformed(exchange({ status: 500 }), notCounted).kind).toBe('broken')
    expect(judgeMalformed(exchange({ status: 429 }), notCounted).kind).toBe('unmeasured')
  })
})

describe('a long key that is taken', () => {
  const found = (
    retry: Seen,
    sibling: Seen,
    endpoint = apart,
    effects = 1,
    ofSibling: Effects = notCounted,
  ) => {
    const seen = {
      length: 300,
      retry: call(retry),
      sibling: call(sibling),
      effects: counted(effects),
      ofSibling,
    }
    return judgeLong(first, seen, endpoint).kind
  }

  it('is a key to its last character', () => {
    expect(found(created, createdAgain)).toBe('kept')
    expect(found(created, created)).toBe('broken')
    expect(found(created, conflict)).toBe('broken')
    expect(found(createdAgain, createdAgain)).toBe('broken')
    expect(found(created, createdAgain, apart, 2)).toBe('broken')
  })

  it('is told by the count of its sibling where every run is answered alike', () => {
    expect(found(created, created, alike, 1, counted(1))).toBe('kept')
    expect(found(created, created, alike, 1, counted(0))).toBe('broken')
    expect(found(created, created, alike, 0, counted(0))).toBe('unmeasured')
    expect(found(created, created, alike)).toBe('unmeasured')
  })
})
