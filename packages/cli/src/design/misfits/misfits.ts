import type { Answers } from '../answers/answers.ts'
import type { Misfit } from './misfit.ts'
import { effectRules } from './of-effects.ts'
import { retryRules } from './of-retries.ts'
import { keyRules } from './of-the-key.ts'
import { loadRules } from './of-the-load.ts'
import { promiseRules } from './of-the-promise.ts'
import { storeRules } from './of-the-store.ts'

const rules = [...promiseRules, ...effectRules, ...keyRules, ...storeRules, ...retryRules, ...loadRules]

/** Everything in these answers that a design must not be made of. */
export function misfitsIn(answers: Answers): readonly Misfit[] {
  return rules.flatMap((rule) => rule(answers))
}
