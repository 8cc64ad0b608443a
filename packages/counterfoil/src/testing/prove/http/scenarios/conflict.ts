import { judgeContest, judgeStillThere } from '../contest.ts'
import type { Effects } from '../counter.ts'
import type { Call } from '../exchange.ts'
import { isSuccess } from '../exchange.ts'
import { type Finding, unmeasured } from '../finding.ts'
import { lacksOther, otherRequest } from '../other-request.ts'
import { refusalIsOver } from '../refusal-over.ts'
import type { Scenario } from '../scenario.ts'
import type { HttpProofTerms } from '../terms.ts'

export const conflict: Scenario = {
  id: 'conflict',
  title: 'A known key with another request is refused: it neither runs nor gets the stored outcome.',
  luck: 'plain',
  needs: [],
  lacks: lacksOther,
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 1 }),
  requests: () => 3,
  async play(round) {
    const other = await otherRequest(round.ground)
    const first = await round.call({ as: 'the first request' })
    const refused = await round.call({ as: 'another request', body: other }, refusalIsOver(round))
    const retry = await round.call({ as: 'a retry of the first' })
    return judgeConflict({ first, refused, retry, effects: await round.effects(), terms: round.terms })
  },
}

/** One after another: the request, another one under its key, and its retry. */
export function judgeConflict({
  first,
  refused,
  retry,
  effects,
  terms,
}: {
  readonly first: Call
  readonly refused: Call
  readonly retry: Call
  readonly effects: Effects
  readonly terms: Pick<HttpProofTerms, 'guarantee' | 'expectConflict'>
}): Finding {
  if (!isSuccess(first.last)) return unmeasured('The first request did not succeed.')
  const contest = judgeContest({ given: [first], other: [refused], effects, terms })
  if (contest.kind !== 'kept') return contest
  const still = judgeStillThere(first.last, retry, 'a conflict')
  return still.kind === 'kept' ? contest : still
}
