import { expect, it } from 'vitest'
import { judgeSpelling } from '../../../../src/testing/prove/http/scenarios/key-spelling.ts'
import { call, counted, created, createdAgain, notCounted } from './seen.ts'

const seen = { effects: counted(1), ofQuoted: 0, guarantee: 'at-most-once' } as const

it('a service that takes both spellings for one key keeps the promise', () => {
  expect(judgeSpelling({ ...seen, calls: [call(created), call(created)] })).toEqual({ kind: 'kept' })
})

it('a service that refuses one of the spellings breaks nothing', () => {
  const found = judgeSpelling({ ...seen, calls: [call(created), call({ status: 400 })] })
  expect(found).toMatchObject({ kind: 'kept', note: expect.stringMatching(/refused/) })
})

it('a service that runs for each spelling is found by its effects, though its answers are alike', () => {
  const calls = [call(created), call(created)] as const
  expect(judgeSpelling({ ...seen, calls, ofQuoted: 1 })).toMatchObject({
    kind: 'broken',
    why: expect.stringMatching(/once for each spelling/),
  })
})

it('a service that runs for each spelling is found by its answers', () => {
  const calls = [call(created), call(createdAgain)] as const
  expect(judgeSpelling({ ...seen, calls, effects: notCounted }).kind).toBe('broken')
})
