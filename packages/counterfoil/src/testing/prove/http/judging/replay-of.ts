import type { Answered } from '../exchange.ts'
import { isMarked } from './replay-mark.ts'
import { sameOutcome } from './same-outcome.ts'

/**
 * Whether an answer is the first one's, and not of a run of its own. `unclear`: the endpoint answers each run alike, so that
 * equal answers tell nothing.
 */
export function isReplayOf(
  first: Answered,
  other: Answered,
  { tellsRunsApart }: { readonly tellsRunsApart: boolean },
): 'yes' | 'no' | 'unclear' {
  if (!sameOutcome(first.answer, other.answer)) return 'no'
  return tellsRunsApart || isMarked(other) ? 'yes' : 'unclear'
}
