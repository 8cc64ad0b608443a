import { describe, expect, it } from 'vitest'
import { type Contest, judgeContest } from '../../../../../src/testing/prove/http/judging/contest.ts'
import { judgeConflict, judgeFurther } from '../../../../../src/testing/prove/http/scenarios/conflict.ts'
import { judgeRefusedDuplicate } from '../../../../../src/testing/prove/http/scenarios/refused-duplicate.ts'
import { call, conflict, counted, created, createdAgain, inProgress, notCounted, type Seen } from '../seen.ts'

const terms = { guarantee: 'at-most-once', expectConflict: undefined } as const
const strict = { ...terms, expectConflict: 422 }
const contest = (seen: Partial<Contest>): Contest => ({
  given: [],
  other: [],
  effects: counted(1),
  terms,
  ...seen,
})

describe('of two requests under one key one runs and the other is refused', () => {
  it('is kept, whichever won', () => {
    const [won, lost] = [
      [call(created), call(inProgress, created)],
      [call(inProgress, conflict), call(conflict)],
    ]
    expect(judgeContest(contest({ given: won, other: lost })).kind).toBe('kept')
    expect(judgeContest(contest({ given: lost, other: won })).kind).toBe('kept')
  })

  it('is broken where both ran', () => {
    const found = judgeContest(
      contest({ given: [call(created)], other: [call(createdAgain)], effects: notCounted }),
    )
    expect(found).toMatchObject({ kind: 'broken', why: expect.stringMatching(/both succeeded/) })
  })

  it('is broken where one got the outcome of the other', () => {
    const found = judgeContest(contest({ given: [call(created)], other: [call(created)] }))
    expect(found).toMatchObject({ kind: 'broken', why: expect.stringMatching(/outcome of another/) })
  })

  it('is broken where the winner ran twice', () => {
    const found = judgeContest(
      contest({ given: [call(created)], other: [call(conflict)], effects: counted(2) }),
    )
    expect(found).toMatchObject({ kind: 'broken', why: expect.stringMatching(/2 effects/) })
  })

  it('is not seen where the loser had nothing but overload for an answer', () => {
    const found = judgeContest(contest({ given: [call(created)], other: [call({ status: 503 })] }))
    expect(found.kind).toBe('unmeasured')
  })

  it('takes any refusal where none was named, and tells which', () => {
    const seen = contest({ given: [call(created)], other: [call({ status: 409 })] })
    expect(judgeContest(seen)).toMatchObject({
      kind: 'kept',
      note: expect.stringMatching(/refused with 409/),
    })
  })

  it('is broken by another refusal than the one that was named', () => {
    const seen = { given: [call(created)], other: [call({ status: 400 })], terms: strict }
    expect(judgeContest(contest(seen))).toMatchObject({
      kind: 'broken',
      why: expect.stringMatching(/400.*422/),
    })
  })
})

describe('a conflict leaves the outcome as it is', () => {
  const seen = { first: call(created), refused: call(conflict), effects: counted(1), terms }

  it('is kept where the retry gets it', () => {
    expect(judgeConflict({ ...seen, retry: call(created) }).kind).toBe('kept')
  })

  it.each([
    ['is refused', call(conflict)],
    ['is told to wait to the end', call(inProgress)],
    ['gets another one', call(createdAgain)],
  ])('is broken where the retry %s', (_how, retry) => {
    const effects = notCounted
    expect(judgeConflict({ ...seen, effects, retry })).toMatchObject({
      kind: 'broken',
      why: expect.stringMatching(/^After a conflict/),
    })
  })

  it('is not seen where the first request failed', () => {
    expect(judgeConflict({ ...seen, first: call({ status: 503 }), retry: call(created) }).kind).toBe(
      'unmeasured',
    )
  })
})

describe('a refused duplicate does not disturb who runs', () => {
  const ran = call({ ...created, at: [0, 100] })
  const judge = (seen: Partial<Contest>) => judgeRefusedDuplicate(contest({ given: [ran], ...seen }))

  it('is kept where one was refused meanwhile', () => {
    const found = judge({ other: [call({ ...conflict, at: [10, 20] })] })
    expect(found).toEqual({ kind: 'kept' })
  })

  it('is kept, and tells so, where all who came had to wait', () => {
    const found = judge({ other: [call({ ...conflict, at: [10, 110] })] })
    expect(found).toMatchObject({ kind: 'kept', note: expect.stringMatching(/had to wait/) })
  })

  it('is not seen where nobody came in time', () => {
    const found = judge({ other: [call({ ...conflict, at: [110, 120] })] })
    expect(found).toMatchObject({ kind: 'unmeasured', why: expect.stringMatching(/slower/) })
  })

  it('is broken where a later duplicate ran too', () => {
    const given = [ran, call({ ...createdAgain, at: [20, 130] })]
    expect(judge({ given, other: [call({ ...conflict, at: [10, 15] })] }).kind).toBe('broken')
  })
})

describe('a request that differs in less likely a place', () => {
  const found = (seen: Seen) =>
    judgeFurther(call(created), [{ differsIn: 'the member /note', call: call(seen) }], { kind: 'kept' })

  it('is refused', () => {
    expect(found(conflict).kind).toBe('kept')
  })

  it('is broken where it ran', () => {
    expect(found(createdAgain).kind).toBe('broken')
  })

  it('may be taken for the same on purpose, so that nothing is shown', () => {
    expect(found(created)).toMatchObject({ kind: 'unmeasured', why: expect.stringMatching(/\/note alone/) })
  })
})
