import { describe, expect, it } from 'vitest'
import {
  judgeOneOutcome,
  type OneRequest,
} from '../../../../../src/testing/prove/http/judging/one-outcome.ts'
import { CHARGE, call, conflict, counted, created, createdAgain, inProgress, notCounted } from '../seen.ts'

const judge = (seen: Partial<OneRequest>) =>
  judgeOneOutcome({ calls: [], effects: counted(1), guarantee: 'at-most-once', ...seen })

const kept: readonly (readonly [what: string, seen: Partial<OneRequest>])[] = [
  ['all have one outcome, and there was one effect', { calls: [call(created), call(created)] }],
  [
    'effects are not counted, and all have one outcome',
    { calls: [call(created), call(created)], effects: notCounted },
  ],
  [
    'a replay has another status, which is for another scenario',
    { calls: [call(created), call({ ...created, status: 200 })] },
  ],
  [
    'a replay is the same JSON in another spelling',
    { calls: [call(created), call({ status: 201, body: '{ "amount": 5, "id": "ch_1" }' })] },
  ],
  [
    'a duplicate was told to wait, and then had the outcome',
    { calls: [call(created), call(inProgress, inProgress, created)] },
  ],
  [
    'a duplicate was told 400 while the first one ran, and then had the outcome',
    { calls: [call(created), call({ status: 400 }, created)] },
  ],
  [
    'the service was overloaded, and then had room',
    { calls: [call({ status: 503 }, created), call({ status: 429 }, 'no answer', created)] },
  ],
]

const broken: readonly (readonly [what: string, seen: Partial<OneRequest>, why: RegExp])[] = [
  ['there were two effects', { calls: [call(created), call(created)], effects: counted(2) }, /2 effects/],
  [
    'two outcomes came back',
    { calls: [call(created), call(createdAgain)], effects: notCounted },
    /different outcomes/,
  ],
  [
    'two ids came back that are the same double',
    {
      calls: [
        call({ status: 201, body: '{"id":1234567890123456001}' }),
        call({ status: 201, body: '{"id":1234567890123456002}' }),
      ],
      effects: notCounted,
    },
    /different outcomes/,
  ],
  [
    'a caller got an empty success',
    { calls: [call(created), call({ status: 200 })] },
    /one effect.*different outcomes/,
  ],
  [
    'two answers name two resources',
    {
      calls: [
        call({ status: 303, lines: [['Location', '/charges/1']] }),
        call({ status: 303, lines: [['location', '/charges/2']] }),
      ],
    },
    /different outcomes/,
  ],
  [
    'an early retry had an outcome that a later one lost',
    { calls: [call(created), call(createdAgain, created)] },
    /different outcomes/,
  ],
  ['a retry was refused to the end', { calls: [call(created), call(conflict, conflict)] }, /refused/],
  [
    'a retry was told to wait to the end',
    { calls: [call(created), call(inProgress, inProgress)] },
    /still told to wait/,
  ],
  [
    'two attempts succeeded, whatever broke off before',
    {
      calls: [call('no answer', created), call(createdAgain)],
      effects: counted(2),
      guarantee: 'at-least-once',
    },
    /2 effects/,
  ],
  [
    'an attempt broke off, and at-most-once ran again',
    { calls: [call('no answer', created)], effects: counted(2) },
    /2 effects/,
  ],
]

const unmeasured: readonly (readonly [what: string, seen: Partial<OneRequest>, why: RegExp])[] = [
  ['nothing came through', { calls: [call({ status: 503 }), call('no answer')] }, /No request came through/],
  ['a caller had no answer to the end', { calls: [call(created), call('no answer', 'no answer')] }, /reset/],
  ['a caller found it overloaded to the end', { calls: [call(created), call({ status: 503 })] }, /503/],
  ['no effect was counted of what succeeded', { calls: [call(created)], effects: counted(0) }, /no effect/],
  [
    'an attempt broke off, and at-least-once ran again',
    { calls: [call('no answer', created)], effects: counted(2), guarantee: 'at-least-once' },
    /at-least-once/,
  ],
]

describe('one key has one effect and one outcome', () => {
  it.each(kept)('where %s', (_what, seen) => {
    expect(judge(seen).kind).toBe('kept')
  })

  it.each(broken)('but not where %s', (_what, seen, why) => {
    expect(judge(seen)).toMatchObject({ kind: 'broken', why: expect.stringMatching(why) })
  })

  it.each(unmeasured)('which is not seen where %s', (_what, seen, why) => {
    expect(judge(seen)).toMatchObject({ kind: 'unmeasured', why: expect.stringMatching(why) })
  })

  it('does not take a 503 that asks to come back for an attempt that broke off', () => {
    const shed = { status: 503, lines: [['Retry-After', '1']] } as const
    const found = judge({
      calls: [call(shed, created), call(created)],
      effects: counted(2),
      guarantee: 'at-least-once',
    })
    expect(found.kind).toBe('broken')
  })

  it('shows the two requests that both ran, and no body', () => {
    const calls = [call(created), call({ ...created, at: [2, 9] }), call(createdAgain)]
    const found = judge({ calls, effects: counted(2) })
    const says = found.kind === 'broken' ? found.evidence.map((one) => one.says) : []
    expect(says).toHaveLength(2)
    expect(says.join()).toMatch(
      /201 \(24 bytes, sha256 [0-9a-f]{12}\).*201 \(24 bytes, sha256 [0-9a-f]{12}\)/,
    )
    expect(says.join()).not.toContain(CHARGE)
  })

  it('shows as runs those that are not marked as replays', () => {
    const replay = { ...created, lines: [['Idempotent-Replayed', 'true']] as const, at: [0, 1] as const }
    const calls = [call(replay), call({ ...created, at: [3, 20] }), call({ ...created, at: [4, 30] })]
    const found = judge({ calls, effects: counted(2) })
    expect(found.kind === 'broken' && found.evidence.map(({ atMs }) => atMs)).toEqual([3, 4])
  })

  it('shows two runs with the status of a run, where replays have another one', () => {
    const replay = { status: 200, body: createdAgain.body ?? '', at: [5, 11] as const }
    const calls = [call(created), call(replay), call({ ...createdAgain, at: [6, 12] })]
    const found = judge({ calls, effects: counted(2) })
    expect(found.kind === 'broken' && found.evidence.map(({ atMs }) => atMs)).toEqual([0, 6])
  })
})
