import type { Answers } from '../../answers/answers.ts'
import type { Decision } from '../../decision/decision.ts'
import { camel, literal } from './names.ts'
import { runsOpen } from './open.ts'
import type { OpenedStore } from './store.ts'

/** The run of one attempt: all of its effects, in their order. */
export function runCode(answers: Answers, decision: Decision, { transaction }: OpenedStore): string[] {
  return transaction ? inTransaction(answers, transaction) : outside(answers, decision)
}

function inTransaction(
  { effects }: Answers,
  { type, pace }: NonNullable<OpenedStore['transaction']>,
): string[] {
  const [begin, wait] = pace === 'sync' ? ['', ''] : ['async ', 'await ']
  const call = (name: string): string => `effects.${camel(name)}(request, tx)`
  const [first] = effects
  if (effects.length === 1 && first)
    return [`const run = (request: unknown, tx: ${type}) => ${call(first.name)}`]
  return [
    `const run = ${begin}(request: unknown, tx: ${type}) => ({`,
    ...effects.map(({ name }) => `  ${camel(name)}: ${wait}${call(name)},`),
    '})',
  ]
}

function outside(answers: Answers, decision: Decision): string[] {
  const { effects } = answers
  const open = runsOpen(answers, decision)
  const attempt = open ? 'attempt: Attempt | undefined' : 'attempt: Attempt'
  const dot = open ? '?.' : '.'
  const callOf = [
    ...(open ? ['// Where the store cannot be asked there is no attempt, and no key.'] : []),
    `const callOf = (${attempt}, step: string): EffectCall => ({`,
    `  key: attempt${dot}keyFor(step),`,
    `  signal: attempt${dot}signal,`,
    '})',
  ]
  const call = (name: string): string => `effects.${camel(name)}(request, callOf(attempt, ${literal(name)}))`
  const [first] = effects
  if (!decision.steps && first)
    return [...callOf, `const run = (request: unknown, ${attempt}) => ${call(first.name)}`]
  const stepOf = open
    ? [
        'const stepOf = <T>(attempt: Attempt | undefined, name: string, step: () => Promise<T>) =>',
        '  attempt ? attempt.step(name, step) : step()',
      ]
    : []
  const step = (name: string): string =>
    open
      ? `stepOf(attempt, ${literal(name)}, () => ${call(name)})`
      : `attempt.step(${literal(name)}, () => ${call(name)})`
  return [
    ...callOf,
    ...stepOf,
    '// A step that is done is not done again by the attempt after it.',
    `const run = async (request: unknown, ${attempt}) => ({`,
    ...effects.map(({ name }) => `  ${camel(name)}: await ${step(name)},`),
    '})',
  ]
}
