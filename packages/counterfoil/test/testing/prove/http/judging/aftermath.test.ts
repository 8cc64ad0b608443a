import { describe, expect, it } from 'vitest'
import { aftermathOf, judgeNoOutcome } from '../../../../../src/testing/prove/http/judging/aftermath.ts'
import { succeeded } from '../../../../../src/testing/prove/http/judging/succeeded.ts'
import { type Crash, judgeCrash } from '../../../../../src/testing/prove/http/scenarios/crash.ts'
import { judgeHangUp } from '../../../../../src/testing/prove/http/scenarios/disconnect.ts'
import { judgeLate } from '../../../../../src/testing/prove/http/scenarios/late-retry.ts'
import { call, counted, created, createdAgain, exchange, notCounted, type Seen } from '../seen.ts'

const told = (body: string, status = 409): Seen => ({ status, body })
const running = told('{"title":"A request with this key is in progress.","retryInMs":750}')
const unknown = told('{"title":"The outcome is unknown."}')

describe('what a key gives after more than a lease', () => {
  it.each([
    ['an outcome', created, 'outcome'],
    [
      'its words while it ran, though a number differs',
      told(running.body?.replace('750', '12') ?? ''),
      'in_progress',
    ],
    ['that the outcome is unknown', unknown, 'unknown'],
    ['other words than while it ran', told('{"title":"Ask our staff."}'), 'unknown'],
    ['other words that may mean that it runs', told('{"title":"It broke while processing."}'), 'unclear'],
    ['an error for good', told('', 500), 'failure'],
    ['a final refusal', told('', 422), 'failure'],
    ['overload', told('', 503), 'none'],
    ['no answer', 'no answer', 'none'],
  ] as const)('is told by %s', (_what, last, aftermath) => {
    expect(aftermathOf(exchange(last), exchange(running))).toBe(aftermath)
  })

  it.each([
    [running, 'in_progress'],
    [unknown, 'unknown'],
    [told('{"title":"Conflict"}'), 'unclear'],
  ] as const)('is told by its words alone where nobody was refused while it ran', (last, aftermath) => {
    expect(aftermathOf(exchange(last), exchange(created))).toBe(aftermath)
  })

  it('breaks at-least-once where it is held, and keeps at-most-once', () => {
    const seen = { first: exchange('no answer'), last: exchange(unknown), after: 'after a crash' }
    expect(judgeNoOutcome('unknown', { ...seen, guarantee: 'at-most-once' }).kind).toBe('kept')
    expect(judgeNoOutcome('unknown', { ...seen, guarantee: 'at-least-once' }).kind).toBe('broken')
  })
})

describe('a crash', () => {
  const crash = (seen: Partial<Crash>): Crash => ({
    first: exchange('no answer'),
    running: exchange(running),
    retries: [call(created), call(created)],
    effects: counted(1),
    guarantee: 'at-most-once',
    ...seen,
  })

  it('is kept where the retry ran, and nothing had before', () => {
    expect(judgeCrash(crash({})).kind).toBe('kept')
  })

  it('may run again under at-least-once alone', () => {
    expect(judgeCrash(crash({ effects: counted(2), guarantee: 'at-least-once' })).kind).toBe('kept')
    expect(judgeCrash(crash({ effects: counted(2) })).kind).toBe('broken')
    expect(judgeCrash(crash({ effects: counted(3), guarantee: 'at-least-once' })).kind).toBe('broken')
  })

  it('is not seen where a retry ran and nobody counted', () => {
    expect(judgeCrash(crash({ effects: notCounted })).kind).toBe('unmeasured')
    expect(judgeCrash(crash({ effects: notCounted, guarantee: 'at-least-once' })).kind).toBe('kept')
  })

  it('is broken where two retries got two outcomes', () => {
    const retries = [call(created), call(createdAgain)]
    expect(judgeCrash(crash({ retries, effects: counted(2), guarantee: 'at-least-once' })).kind).toBe(
      'broken',
    )
  })

  it('wedges a key that is in progress past the lease', () => {
    const found = judgeCrash(crash({ retries: [call(running, running)] }))
    expect(found).toMatchObject({ kind: 'broken', why: expect.stringMatching(/wedged/) })
  })
})

describe('a caller who hangs up', () => {
  const left = call('no answer')

  it('makes nothing run again, whatever the guarantee', () => {
    const seen = { left, retries: [call(created), call(created)], guarantee: 'at-least-once' } as const
    expect(judgeHangUp({ ...seen, effects: counted(1) }).kind).toBe('kept')
    expect(judgeHangUp({ ...seen, effects: counted(2) }).kind).toBe('broken')
  })

  it('is not seen to have had no effect where nobody counts, but by the mark of a replay', () => {
    const replayed: Seen = { ...created, lines: [['Idempotent-Replayed', 'true']] }
    const seen = { left, effects: notCounted, guarantee: 'at-most-once' } as const
    expect(judgeHangUp({ ...seen, retries: [call(created), call(created)] }).kind).toBe('unmeasured')
    expect(judgeHangUp({ ...seen, retries: [call(replayed), call(replayed)] }).kind).toBe('kept')
    expect(judgeHangUp({ ...seen, retries: [call(created), call(createdAgain)] }).kind).toBe('broken')
  })

  it('is not told of a failure that nobody had', () => {
    const retries = [call(told('', 500))]
    expect(judgeHangUp({ left, retries, effects: counted(1), guarantee: 'at-most-once' }).kind).toBe('broken')
  })
})

describe('a late retry', () => {
  const first = call(created)
  const late = (retry: Seen | 'no answer', effects = 1) =>
    judgeLate(succeeded(first.last), { first, retry: call(retry), effects: counted(effects) }).kind

  it('gets the outcome, or is told that it is gone', () => {
    expect(late(created)).toBe('kept')
    expect(late(told('{"title":"The outcome has expired."}', 410))).toBe('kept')
  })

  it('neither runs again, nor waits for what is over', () => {
    expect(late(createdAgain, 2)).toBe('broken')
    expect(late(createdAgain)).toBe('broken')
    expect(late(running)).toBe('broken')
  })

  it('shows nothing where nobody answered', () => {
    expect(late('no answer')).toBe('unmeasured')
    expect(late(told('', 500))).toBe('unmeasured')
  })
})
