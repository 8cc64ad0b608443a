import { expect, it } from 'vitest'
import type { Effect } from './ledger.ts'
import type { Answer, Order } from './messages.ts'
import { type Expected, effectsRemark, faultsIn, gotText, tallyOf } from './tally.ts'

const order: Order = { tenant: 'acme', key: 'k', request: {} }
const expected: Expected = {
  calls: 2,
  effects: 1,
  derivedKeys: 1,
  outcomes: 2,
  different: 1,
  replayed: 1,
}

function effect(charge: string, of: Partial<Effect> = {}): Effect {
  return { tenant: 'acme', key: 'k', idempotencyKey: 'd', predecessor: null, charge, process: 1, ...of }
}

function outcome(charge: string, replayed: boolean): { order: Order; answer: Answer } {
  return { order, answer: { got: 'outcome', value: { charge, process: 1 }, replayed } }
}

it('finds nothing where a retry got the outcome of the one effect', () => {
  const tally = tallyOf([outcome('a', false), outcome('a', true)], [effect('a')])
  expect(faultsIn(tally, expected)).toEqual([])
  expect(gotText(tally)).toBe('2 equal outcomes (1 replayed)')
})

it('names each count that is wrong, with what was expected and what was seen', () => {
  const tally = tallyOf([outcome('a', false), outcome('b', false)], [effect('a'), effect('b')])
  expect(faultsIn(tally, expected)).toEqual([
    'effects in the ledger: expected 1, saw 2',
    'different outcomes: expected 1, saw 2',
    'replays: expected 1, saw 0',
  ])
  expect(effectsRemark(tally)).toBe(' (1 derived key)')
})

it("finds an outcome that is another tenant's", () => {
  const tally = tallyOf([outcome('a', false), outcome('a', true)], [effect('a', { tenant: 'globex' })])
  expect(faultsIn(tally, expected)).toEqual([
    'outcomes that are no effect of their key in the ledger: expected 0, saw 2',
  ])
})

it('finds errors and missing answers that nobody expected, and misses those that were', () => {
  const answers = [
    outcome('a', false),
    { order, answer: { got: 'nothing' } },
    { order, answer: { got: 'error', name: 'ClaimLost', message: '' } },
  ] as const
  const tally = tallyOf(answers, [effect('a')])
  const wanted = { ...expected, calls: 3, outcomes: 1, replayed: 0, errors: { KeyConflict: 1 } }
  expect(faultsIn(tally, wanted)).toEqual([
    'calls without an answer: expected 0, saw 1',
    'calls that got KeyConflict: expected 1, saw 0',
    'calls that got ClaimLost: expected 0, saw 1',
  ])
  expect(gotText(tally)).toBe('1 outcome, 1 ClaimLost, 1 killed')
})

it('is not content with a control that has no double effect', () => {
  const tally = tallyOf([outcome('a', false)], [effect('a', { idempotencyKey: null })])
  const wanted = { ...expected, calls: 1, outcomes: 1, replayed: 0, derivedKeys: 0, effects: { atLeast: 2 } }
  expect(faultsIn(tally, wanted)).toEqual(['effects in the ledger: expected at least 2, saw 1'])
})

it('tells answers over HTTP apart by their bytes', () => {
  const over = (sha256: string, replayed: boolean) => ({
    order,
    answer: { got: 'outcome', value: { charge: 'a', process: 1 }, sha256, replayed } as const,
  })
  const tally = tallyOf([over('11', false), over('22', true)], [effect('a')])
  expect(faultsIn(tally, expected)).toEqual(['different outcomes: expected 1, saw 2'])
})

it('counts no effect as double where nobody got an outcome', () => {
  const one = tallyOf([{ order, answer: { got: 'nothing' } }], [effect('a', { idempotencyKey: null })])
  expect(effectsRemark(one)).toBe('')
})
