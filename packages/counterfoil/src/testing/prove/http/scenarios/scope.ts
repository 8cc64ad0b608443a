import { isSuccess } from '../exchange.ts'
import { judgeStillThere } from '../judging/contest.ts'
import { isDecided } from '../judging/decided.ts'
import { judgeElsewhere } from '../judging/elsewhere.ts'
import { succeeded } from '../judging/succeeded.ts'
import { effectsOfBoth, effectsThere } from '../play-elsewhere.ts'
import { kept } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

/** The same request with the same key, to another endpoint: one that takes it under a key of its own. */
export const scope: Scenario = {
  id: 'scope',
  title:
    'The same key at another endpoint runs for itself or is refused, and never gets the first one’s outcome.',
  kind: 'plain',
  needs: ['secondUrl'],
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 2 }),
  requests: () => 4,
  async play(round) {
    const there = { as: 'the second endpoint', target: round.terms.secondTarget as string }
    const countedThere = await effectsThere(round, there)
    const first = succeeded((await round.call({ as: 'the first endpoint' })).last)
    const other = (await round.call(there, isDecided)).last
    const again = await round.call({ as: 'the first endpoint again' })
    const effects = await effectsOfBoth(round, { first, other }, round.key)
    const gave = 'One endpoint’s outcome was given as another’s, under the same key.'
    const ruling = judgeElsewhere({ first, other, effects, countedThere }, round.testbed, gave)
    if (ruling.kind !== 'kept') return ruling
    const still = judgeStillThere(first, again, 'a request to another endpoint')
    if (still.kind !== 'kept') return still
    return isSuccess(other)
      ? kept()
      : kept('A key that was used at one endpoint is refused at the other: they share their keys.')
  },
}
