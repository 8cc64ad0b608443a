import type { Answers } from '../answers/answers.ts'
import { canBeAsked, isHarmful } from '../answers/judged.ts'
import type { GuaranteeChosen } from './guarantee.ts'

/** What becomes of an attempt that broke off. */
export type Recovery =
  /** It left nothing. */
  | { readonly is: 'not_needed' }
  /** The named effects are asked what became of it. */
  | { readonly is: 'asked'; readonly effects: readonly string[]; readonly unattended: boolean }
  | { readonly is: 'rerun'; readonly unattended: boolean }
  /** Held, until somebody says. */
  | { readonly is: 'operator' }

export function recoveryOf(answers: Answers, guarantee: GuaranteeChosen): Recovery {
  const unattended = answers.failure.ifNobodyRetries === 'finish-it'
  if (guarantee === 'transactional') return { is: 'not_needed' }
  // A queue delivers again what was not acknowledged: somebody always retries.
  if (guarantee === 'at-least-once')
    return { is: 'rerun', unattended: unattended && answers.operation.reachedBy !== 'queue' }
  const harmful = answers.effects.filter(isHarmful)
  return harmful.length > 0 && harmful.every(canBeAsked)
    ? { is: 'asked', effects: harmful.map(({ name }) => name), unattended }
    : { is: 'operator' }
}
