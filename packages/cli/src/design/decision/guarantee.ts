import { durationText } from 'counterfoil'
import type { Answers, Effect } from '../answers/answers.ts'
import { canBeAsked, isHarmful, isTransactional, isUnguarded, slowestMs } from '../answers/judged.ts'

export type GuaranteeChosen = 'transactional' | 'at-most-once' | 'at-least-once'

export interface Choice {
  readonly guarantee: GuaranteeChosen
  /** Sentences: why this one. */
  readonly because: readonly string[]
  /** The others, each with why it is not this one. */
  readonly refused: readonly { readonly guarantee: GuaranteeChosen; readonly because: string }[]
}

export function guaranteeOf(answers: Answers): Choice {
  const guarantee = chosen(answers)
  const others = (['transactional', 'at-most-once', 'at-least-once'] as const).filter(
    (of) => of !== guarantee,
  )
  return {
    guarantee,
    because: reasons[guarantee](answers),
    refused: others.map((of) => ({ guarantee: of, because: refusals[of](answers, guarantee) })),
  }
}

function chosen(answers: Answers): GuaranteeChosen {
  const { operation, effects } = answers
  if (isTransactional(answers)) return 'transactional'
  if (operation.promise !== 'exactly-once') return operation.promise
  const harmful = effects.filter(isHarmful)
  // Each takes a key: a re-run is no second effect. Where it can be asked instead, it is: nothing is sent twice.
  return harmful.length > 0 && harmful.every(canBeAsked) ? 'at-most-once' : 'at-least-once'
}

const reasons: Readonly<Record<GuaranteeChosen, (answers: Answers) => readonly string[]>> = {
  transactional: ({ effects }) => [
    `${names(effects)} ${effects.length === 1 ? 'is' : 'are'} in the database that keeps the receipts: claim, effect and outcome commit together, or none of them does.`,
    'There is no moment at which a crash leaves one without the others, so nothing has to be asked, held or run again.',
  ],
  'at-most-once': (answers) => {
    const harmful = answers.effects.filter(isHarmful)
    const asked = harmful.filter(canBeAsked)
    const guarded = harmful.filter((effect) => !isUnguarded(effect))
    return [
      `A second ${names(harmful.length > 0 ? harmful : answers.effects)} does harm, and a stop does less: an attempt that broke off is never run again unasked.`,
      ...(asked.length === 0
        ? []
        : [
            `${names(asked)} can be asked by the derived key what became of an attempt: a crash is resolved by \`recover\`, under a claim of its own.`,
          ]),
      ...(guarded.length === 0 ? [] : [deduplicates(guarded, answers)]),
    ]
  },
  'at-least-once': (answers) => {
    const harmful = answers.effects.filter(isHarmful)
    const harmless = answers.effects.filter((effect) => !isHarmful(effect))
    return [
      'It must come to its end: an attempt that broke off is run again.',
      ...(harmless.length === 0 ? [] : [`Repeating ${names(harmless)} changes nothing.`]),
      ...(harmful.length === 0 ? [] : [deduplicates(harmful, answers)]),
    ]
  },
}

function deduplicates(effects: readonly Effect[], answers: Answers): string {
  const memory = effects.flatMap(({ place }) => (place.is === 'elsewhere' ? [place.keyMemoryMs ?? 0] : []))
  return `${names(effects)} deduplicate${effects.length === 1 ? 's' : ''} by the derived key for ${durationText(Math.min(...memory))}, and the slowest retry comes after ${durationText(slowestMs(answers))}: within that time one key has one effect there, whatever runs here.`
}

const refusals: Readonly<Record<GuaranteeChosen, (answers: Answers, chosen: GuaranteeChosen) => string>> = {
  transactional: ({ effects, store }) => {
    const elsewhere = effects.filter(({ place }) => place.is === 'elsewhere')
    return elsewhere.length > 0
      ? `${names(elsewhere)} ${elsewhere.length === 1 ? 'is' : 'are'} in another system, which no COMMIT here reaches; and a rollback would forget a call that was made.`
      : `the store (${store.kind}) shares no transaction with the rows of the effect.`
  },
  'at-most-once': (_answers, chosen) =>
    chosen === 'transactional'
      ? 'it would hold a key after a crash, and ask somebody what a transaction answers by itself.'
      : 'it would hold a key after each crash until somebody says what happened, for an effect that may simply be run again.',
  'at-least-once': ({ effects }, chosen) =>
    chosen === 'transactional'
      ? 'it runs again after a crash between the effect and its receipt; here there is nothing in between.'
      : `it would run ${names(effects.filter(isHarmful).length > 0 ? effects.filter(isHarmful) : effects)} again after a crash without knowing whether it happened.`,
}

export function names(effects: readonly Effect[]): string {
  const all = effects.map(({ name }) => `\`${name}\``)
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}
