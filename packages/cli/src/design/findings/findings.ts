import type { Answers } from '../answers/answers.ts'
import type { Finding } from './finding.ts'
import { effectRules } from './of-effects.ts'
import { retryRules } from './of-retries.ts'
import { keyRules } from './of-the-key.ts'
import { loadRules } from './of-the-load.ts'
import { promiseRules } from './of-the-promise.ts'
import { storeRules } from './of-the-store.ts'

const rules = [...promiseRules, ...effectRules, ...keyRules, ...storeRules, ...retryRules, ...loadRules]

/** Everything in these answers that a design must not be made of. */
export function findingsIn(answers: Answers): readonly Finding[] {
  return rules.flatMap((rule) => rule(answers))
}
