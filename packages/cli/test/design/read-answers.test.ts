import { describe, expect, it } from 'vitest'
import { answersOf } from '../../src/design/answers/answers.ts'
import { readAnswers } from '../../src/design/answers/read.ts'
import { designOf } from '../../src/design/design-of.ts'
import { template } from '../../src/design/questions/template.ts'
import { answersText, changed, lineOf } from './answers.ts'

function faultsIn(text: string): readonly string[] {
  const read = readAnswers(text, 'answers.yaml')
  return read.kind === 'wrong' ? read.faults : []
}

describe('the file to fill in', () => {
  it('makes a design as it is printed', async () => {
    expect(await designOf(template(), 'answers.yaml')).toMatchObject({ kind: 'made' })
  })

  it('says of every question why it is asked, and of every choice what it means', () => {
    expect(template()).toContain('# What must hold, whatever fails?')
    expect(template()).toContain('#   at-most-once: a double is worse than a stop')
  })
})

describe('answers from a file', () => {
  it('are read in their types', () => {
    const read = readAnswers(answersText('queue-job'), 'answers.yaml')
    if (read.kind !== 'read') throw new Error(read.faults.join('\n'))
    const answers = answersOf(read.given)
    expect(answers.retries[0]).toEqual({
      by: 'queue',
      atOnce: 2,
      untilMs: 4 * 86_400_000,
      queue: { redeliveredAfterMs: 20_000, deliveries: 50 },
    })
    expect(answers.effects[0]?.place).toEqual({
      is: 'elsewhere',
      keyMemoryMs: 30 * 86_400_000,
      canBeAsked: false,
    })
  })

  it('that are wrong are all told, each with its line, in the order of the lines', () => {
    const text = changed('card-charge', {
      'operation.promise': 'exactly-twice',
      'effects.0.key-memory': '24',
      'retries.1.at-once': '0',
      'load.outcome': '1 kilobyte',
    })
    expect(faultsIn(text)).toEqual([
      `answers.yaml:${lineOf(text, 'operation.promise')}: operation.promise can't be 'exactly-twice': give exactly-once, at-most-once or at-least-once.`,
      `answers.yaml:${lineOf(text, 'effects.0.key-memory')}: effects.0.key-memory can't be '24': give a time with its unit, such as 500ms, 30s, 24h or 7d, or none.`,
      `answers.yaml:${lineOf(text, 'retries.1.at-once')}: retries.1.at-once can't be '0': give a whole number, at least 1.`,
      `answers.yaml:${lineOf(text, 'load.outcome')}: load.outcome can't be '1 kilobyte': give bytes, such as 700b, 4kb, 10mb or 50gb.`,
    ])
  })

  it('that are missing are asked for where they should stand', () => {
    const text = changed('card-charge', { 'effects.0.repeated': undefined, 'store.failover': undefined })
    expect(faultsIn(text)).toEqual([
      `answers.yaml:${lineOf(text, 'effects.0.name')}: effects.0.repeated is not answered: What would a second one do?`,
      `answers.yaml:${lineOf(text, 'store')}: store.failover is not answered: What takes over if the server is lost?`,
    ])
  })

  it('to what was not asked are told to go', () => {
    const text = changed('card-charge', { 'store.eviction': 'noeviction' })
    expect(faultsIn(text)).toEqual([
      `answers.yaml:${lineOf(text, 'store.eviction')}: store.eviction is answered only where store.url names Redis: take it out.`,
    ])
  })

  it('under a name that no question has are told, with the one that was meant', () => {
    const text = changed('card-charge', { 'key.made-off': 'random' })
    expect(faultsIn(text)).toEqual([
      `answers.yaml:${lineOf(text, 'key.made-off')}: no question asks for the answer 'made-off'; did you mean made-of?`,
    ])
  })

  it.each([
    ['', 'answers.yaml:1: give answers by their names'],
    ['operation: [', 'answers.yaml:1: this is not YAML'],
    ['operation: here\n', "answers.yaml:1: operation can't be that: give its answers by their names."],
    ['effects: one\n', "answers.yaml:1: effects can't be that: give a list"],
    ['key:\n  made-of: [random]\n', 'answers.yaml:2: key.made-of has no answer, or more than one: give one.'],
  ])('are refused where they are no answers: %j', (text, says) => {
    expect(faultsIn(text).join('\n')).toContain(says)
  })

  it('that YAML would take for something else are taken as they are written', () => {
    const text = answersText('email-send')
    expect(text).toContain('can-be-asked: no\n')
    expect(faultsIn(text)).toEqual([])
  })
})
