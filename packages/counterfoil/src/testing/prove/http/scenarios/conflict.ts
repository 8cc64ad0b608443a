import type { Effects } from '../counter.ts'
import type { Call } from '../exchange.ts'
import { isSuccess } from '../exchange.ts'
import { judgeContest, judgeStillThere } from '../judging/contest.ts'
import { sameOutcome } from '../judging/same-outcome.ts'
import { otherBodies } from '../other-bodies.ts'
import { lacksOther, otherRequests } from '../other-request.ts'
import { refusalIsOver } from '../refusal-over.ts'
import { broken, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'
import type { HttpProofTerms } from '../terms.ts'

export const conflict: Scenario = {
  id: 'conflict',
  title: 'A known key with another request is refused: it neither runs nor gets the stored outcome.',
  kind: 'plain',
  needs: [],
  lacks: lacksOther,
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 1 }),
  requests: (terms) => 2 + 2 * otherBodies(terms).length,
  async play(round) {
    const [{ body }, ...others] = await otherRequests(round.testbed)
    const first = await round.call({ as: 'the first request' })
    const refused = await round.call({ as: 'another request', body }, refusalIsOver(round))
    const further: FurtherCall[] = []
    for (const { body, differsIn } of others) {
      const asked = { as: `another request, which differs in ${differsIn}`, body }
      further.push({ differsIn, call: await round.call(asked, refusalIsOver(round)) })
    }
    const retry = await round.call({ as: 'a retry of the first' })
    const effects = await round.effects()
    const seen = { first, refused, retry, effects, terms: round.terms }
    const likeliest = judgeConflict(seen)
    return likeliest.kind === 'kept' ? judgeFurther(first, further, likeliest) : likeliest
  },
}

/** Another request that differs in less likely a place. */
export interface FurtherCall {
  readonly differsIn: string
  readonly call: Call
}

/** That a request with another value in one place is taken for the same may be what its owner wants: of a time, for one. */
export function judgeFurther(first: Call, further: readonly FurtherCall[], otherwise: Ruling): Ruling {
  for (const { differsIn, call } of further) {
    if (!isSuccess(call.last) || !isSuccess(first.last)) continue
    if (!sameOutcome(first.last.answer, call.last.answer)) {
      return broken('Two different requests under one key both succeeded.', [first.last, call.last])
    }
    return unmeasured(
      `A request that differs in ${differsIn} alone got the stored outcome: its fingerprint may lack what it should have, or leave that out on purpose; give a body without it, or --conflict-body.`,
    )
  }
  return otherwise
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
}): Ruling {
  if (!isSuccess(first.last)) return unmeasured('The first request did not succeed.')
  const contest = judgeContest({ given: [first], other: [refused], effects, terms })
  if (contest.kind !== 'kept') return contest
  const still = judgeStillThere(first.last, retry, 'a conflict')
  return still.kind === 'kept' ? contest : still
}
