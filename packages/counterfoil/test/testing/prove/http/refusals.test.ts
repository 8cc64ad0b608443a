import { describe, expect, it } from 'vitest'
import { secretsIn, wordsOf } from '../../../../src/testing/prove/http/judging/words.ts'
import type { AfterRefusal } from '../../../../src/testing/prove/http/play-refusal.ts'
import { judgeRefusedSize } from '../../../../src/testing/prove/http/scenarios/large-body.ts'
import { judgeLimited } from '../../../../src/testing/prove/http/scenarios/limited.ts'
import {
  judgeLeaks,
  type Refused,
  withoutUsual,
} from '../../../../src/testing/prove/http/scenarios/refusal-leaks-nothing.ts'
import { judgeRefusedUpstream } from '../../../../src/testing/prove/http/scenarios/refused-upstream.ts'
import { call, conflict, counted, created, createdAgain, exchange, inProgress, type Seen } from './seen.ts'

const tooMany: Seen = { status: 429 }
const badGateway: Seen = { status: 502 }

describe('a 429', () => {
  const found = (refusal: Seen, retry: Seen, second: Seen, effects = 1) => {
    const seen: AfterRefusal = {
      refusal: exchange(refusal),
      retry: call(retry),
      second: call(second),
      effects: counted(effects),
      guarantee: 'at-most-once',
    }
    return judgeLimited(seen).kind
  }

  it('leaves the key free', () => {
    expect(found(tooMany, created, created)).toBe('kept')
    expect(found(tooMany, created, created, 2)).toBe('broken')
    expect(found(tooMany, created, createdAgain)).toBe('broken')
  })

  it('is kept as the outcome where another key is served, and this one is not', () => {
    expect(found(tooMany, tooMany, created, 0)).toBe('broken')
    expect(found(tooMany, { ...inProgress, body: 'in progress' }, created, 0)).toBe('broken')
  })

  it('is not seen where the limit is still there, or never was, or belongs to the request', () => {
    expect(found(tooMany, tooMany, tooMany, 0)).toBe('unmeasured')
    expect(found(created, created, created)).toBe('unmeasured')
    expect(found(tooMany, conflict, created, 0)).toBe('unmeasured')
  })
})

describe('a refusal by the upstream', () => {
  const found = (
    retry: Seen,
    {
      refusal = badGateway,
      second = created,
      effects = 0,
      guarantee = 'at-most-once' as 'at-most-once' | 'at-least-once',
    } = {},
  ) =>
    judgeRefusedUpstream({
      refusal: exchange(refusal),
      retry: call(retry),
      second: call(second),
      effects: counted(effects),
      guarantee,
    }).kind

  it('leaves the key free, or is kept for good where nothing runs again by itself', () => {
    expect(found(created, { effects: 1 })).toBe('kept')
    expect(found(badGateway)).toBe('kept')
    expect(found(badGateway, { guarantee: 'at-least-once' })).toBe('broken')
  })

  it('neither wedges the key nor had an effect', () => {
    expect(found({ ...inProgress, body: 'in progress' })).toBe('broken')
    expect(found(created, { effects: 2 })).toBe('broken')
  })

  it('is not seen where nothing refused, or nothing is served', () => {
    expect(found(created, { refusal: created, effects: 1 })).toBe('unmeasured')
    expect(found(badGateway, { second: badGateway })).toBe('unmeasured')
    expect(found(conflict)).toBe('unmeasured')
  })
})

describe('a large request that is refused', () => {
  it('has no effect', () => {
    expect(judgeRefusedSize(exchange({ status: 413 }), 1000, counted(0)).kind).toBe('kept')
    expect(judgeRefusedSize(exchange({ status: 413 }), 1000, counted(1)).kind).toBe('broken')
    expect(judgeRefusedSize(exchange('no answer'), 1000, counted(0)).kind).toBe('unmeasured')
  })
})

describe('what a refusal tells', () => {
  const stored = { request: wordsOf('1250 urgent'), outcome: wordsOf('ch_4711') }
  const refused = (...bodies: readonly [string, string]): Refused => ({
    exchanges: [exchange({ ...conflict, body: bodies[0] }), exchange({ ...conflict, body: bodies[1] })],
    secrets: stored,
  })
  const nothing: Refused = { ...refused('Another request.', 'Another request.'), secrets: stored }
  const found = (...all: readonly Refused[]) => judgeLeaks(all).kind

  it.each([
    ['nothing', 'Another request.', 'kept'],
    ['a stored value', 'It was 1250.', 'broken'],
    ['a stored word', 'It was urgent.', 'broken'],
    ['the stored outcome', 'It was ch_4711.', 'broken'],
  ])('%s', (_what, body, kind) => {
    expect(found(refused(body, body), nothing)).toBe(kind)
  })

  it('is chance where only one of two says it', () => {
    expect(found(refused('Took 1250 µs.', 'Took 1300 µs.'), nothing)).toBe('kept')
  })

  it('is no secret where every refusal has the word', () => {
    const usual = refused('Is it urgent?', 'Is it urgent?')
    const ofAnother: Refused = {
      ...usual,
      secrets: { request: wordsOf('1251'), outcome: wordsOf('ch_4712') },
    }
    expect(found(usual, ofAnother)).toBe('kept')
    expect(found(usual, usual)).toBe('broken')
  })

  it('is nothing of the outcome where a field says it under other keys too', () => {
    const node = (asked = {}): Seen => ({ ...conflict, lines: [['X-Node', 'node4711']], asked })
    const seen: Refused = {
      exchanges: [exchange(node()), exchange(node())],
      secrets: { request: new Set(), outcome: wordsOf('node4711') },
    }
    expect(judgeLeaks([withoutUsual(seen, seen.exchanges)]).kind).toBe('broken')
    expect(judgeLeaks([withoutUsual(seen, [exchange(node({ key: 'other' }))])]).kind).toBe('kept')
  })

  it('is not seen where nothing is refused', () => {
    const served: Refused = { exchanges: [exchange(created), exchange(created)], secrets: stored }
    expect(found(served)).toBe('unmeasured')
  })

  it('is said to be unseen where nothing stored could be recognised', () => {
    const bare: Refused = { ...nothing, secrets: { request: new Set(), outcome: stored.outcome } }
    expect(judgeLeaks([bare])).toMatchObject({ kind: 'kept', note: expect.stringMatching(/stored request/) })
  })

  it('counts no word that the asker sent, and none that stands anywhere', () => {
    expect([...secretsIn(wordsOf('{"amount":1250,"to":"bob"}'), [wordsOf('amount 1251')])]).toEqual(['1250'])
  })

  it('counts no time, which a refusal tells by its own clock', () => {
    const seconds = Math.floor(Date.now() / 1000)
    expect([...secretsIn(wordsOf(`{"at":${seconds},"id":4111111111}`), [])]).toEqual(['4111111111'])
  })
})
