import type { Answers } from '../../answers/answers.ts'
import type { Decision } from '../../decision/decision.ts'
import { names } from '../../decision/guarantee.ts'
import { camel, literal, pascal } from './names.ts'
import type { OpenedStore } from './store.ts'

/** What a reader has to write: one function for each effect, and one more for each that is asked. */
export function effectsInterface({ effects }: Answers, decision: Decision, { transaction }: OpenedStore): string[] {
  if (transaction) {
    const result = transaction.pace === 'sync' ? 'unknown' : 'Promise<unknown>'
    return [
      '/** What it changes: yours to write. What is written through `tx` commits with the receipt, or not at all. */',
      'export interface Effects {',
      ...effects.map(({ name }) => `  ${camel(name)}(request: unknown, tx: ${transaction.type}): ${result}`),
      '}',
    ]
  }
  const asked = decision.recovery.is === 'asked' ? decision.recovery.effects : []
  return [
    '/** What it changes: yours to write. */',
    'export interface Effects {',
    ...effects.flatMap(({ name }) => [
      `  ${camel(name)}(request: unknown, call: EffectCall): Promise<unknown>`,
      ...(asked.includes(name)
        ? [`  /** What became of the call with this key. */`, `  ask${pascal(name)}(call: EffectCall): Promise<Asked>`]
        : []),
    ]),
    '}',
    '',
    'export interface EffectCall {',
    '  /** For the downstream to deduplicate by: the same in every attempt while the outcome is unknown. */',
    '  readonly key: string',
    '  /** Fires when the attempt must stop, before its claim ends. */',
    '  readonly signal: AbortSignal',
    '}',
    ...(asked.length === 0
      ? []
      : [
          '',
          'export type Asked =',
          `  | { readonly found: 'happened'; readonly value: unknown }`,
          `  | { readonly found: 'did_not_happen' }`,
          `  | { readonly found: 'unknown' }`,
        ]),
  ]
}

/** The run of one attempt: all of its effects, in their order. */
export function runCode({ effects }: Answers, { steps }: Decision, { transaction }: OpenedStore): string[] {
  if (transaction) {
    const wait = transaction.pace === 'sync' ? '' : 'await '
    const [first] = effects
    if (effects.length === 1 && first)
      return [
        `const run = (request: unknown, tx: ${transaction.type}) => effects.${camel(first.name)}(request, tx)`,
      ]
    return [
      `const run = ${wait === '' ? '' : 'async '}(request: unknown, tx: ${transaction.type}) => ({`,
      ...effects.map(({ name }) => `  ${camel(name)}: ${wait}effects.${camel(name)}(request, tx),`),
      '})',
    ]
  }
  const callOf = [
    'const callOf = (attempt: Attempt, step: string): EffectCall => ({',
    '  key: attempt.keyFor(step),',
    '  signal: attempt.signal,',
    '})',
  ]
  const call = (name: string): string => `effects.${camel(name)}(request, callOf(attempt, ${literal(name)}))`
  if (!steps) return [...callOf, ...effects.map(({ name }) => `const run = (request: unknown, attempt: Attempt) => ${call(name)}`)]
  return [
    ...callOf,
    '// A step that is done is not done again by the attempt after it.',
    'const run = async (request: unknown, attempt: Attempt) => ({',
    ...effects.map(({ name }) => `  ${camel(name)}: await attempt.step(${literal(name)}, () => ${call(name)}),`),
    '})',
  ]
}

/** The option `recover`. `found` is what it gives back where the one effect happened. */
export function recoverCode(answers: Answers, { recovery, steps }: Decision, happened: string): string[] {
  if (recovery.is !== 'asked') return []
  const asked = (name: string): string => `await effects.ask${pascal(name)}(callOf(attempt, ${literal(name)}))`
  const [only] = recovery.effects
  if (!steps && only !== undefined) {
    return [
      `// Asked under a claim of its own, before anything runs again: ${names(answers.effects)} by the derived key.`,
      'recover: async (_receipt, attempt) => {',
      `  const asked = ${asked(only)}`,
      `  return asked.found === 'happened' ? ${happened} : asked`,
      '},',
    ]
  }
  return [
    '// Asked under a claim of its own. What happened is kept as its step, and the run goes on after it.',
    'recover: async (_receipt, attempt) => {',
    ...recovery.effects.flatMap((name) => [
      `  const ${camel(name)} = ${asked(name)}`,
      `  if (${camel(name)}.found === 'unknown') return ${camel(name)}`,
      `  if (${camel(name)}.found === 'happened') await attempt.step(${literal(name)}, () => ${camel(name)}.value)`,
    ]),
    `  return { found: 'did_not_happen' }`,
    '},',
  ]
}
