import type { Answers } from '../../answers/answers.ts'
import type { Decision } from '../../decision/decision.ts'
import { names } from '../../decision/guarantee.ts'
import { camel, literal, pascal } from './names.ts'
import { runsOpen } from './open.ts'
import type { OpenedStore } from './store.ts'

/** What a reader has to write: one function for each effect, and one more for each that is asked. */
export function effectsInterface(
  answers: Answers,
  decision: Decision,
  { transaction }: OpenedStore,
): string[] {
  const { effects } = answers
  const orNone = runsOpen(answers, decision) ? ' | undefined' : ''
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
        ? [
            `  /** What became of the call with this key. */`,
            `  ask${pascal(name)}(call: EffectCall): Promise<Asked>`,
          ]
        : []),
    ]),
    '}',
    '',
    'export interface EffectCall {',
    '  /** For the downstream to deduplicate by: the same in every attempt while the outcome is unknown. */',
    `  readonly key: string${orNone}`,
    '  /** Fires when the attempt must stop, before its claim ends. */',
    `  readonly signal: AbortSignal${orNone}`,
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

/** The option `recover`. `found` is what it gives back where the one effect happened. */
export function recoverCode(answers: Answers, { recovery, steps }: Decision, happened: string): string[] {
  if (recovery.is !== 'asked') return []
  const asked = (name: string): string =>
    `await effects.ask${pascal(name)}(callOf(attempt, ${literal(name)}))`
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
