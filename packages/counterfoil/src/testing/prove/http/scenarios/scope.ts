import { judgeStillThere } from '../contest.ts'
import type { Effects } from '../counter.ts'
import { isDecided } from '../decided.ts'
import { type Answered, type Exchange, isSuccess } from '../exchange.ts'
import { broken, type Finding, kept, unmeasured } from '../finding.ts'
import { isReplayOf } from '../replay-of.ts'
import type { Scenario } from '../scenario.ts'
import { said, succeeded } from '../succeeded.ts'

/** The same request with the same key, to another endpoint: one that is known to take it under a key of its own. */
export const scope: Scenario = {
  id: 'scope',
  title:
    'The same key at another endpoint runs for itself or is refused, and never gets the first one’s outcome.',
  luck: 'plain',
  needs: ['secondUrl'],
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 2 }),
  requests: () => 4,
  async play(round) {
    const target = round.terms.secondTarget as string
    const ownKey = await round.newKey()
    const own = await round.call(
      { as: 'the second endpoint, under its own key', key: ownKey, target },
      isDecided,
    )
    succeeded(own.last)
    const counted = await round.effects({ least: 0, most: 1 }, ownKey)
    const first = succeeded((await round.call({ as: 'the first endpoint' })).last)
    const { last: second } = await round.call(
      { as: 'the second endpoint, with the same key', target },
      isDecided,
    )
    const again = await round.call({ as: 'the first endpoint again' })
    const effects = await round.effects(scope.effects(round.terms))
    const finding = judgeSecond(first, { second, effects, counted }, round.ground)
    if (finding.kind !== 'kept') return finding
    const still = judgeStillThere(first, again, 'a request to another endpoint')
    return still.kind === 'kept' ? finding : still
  },
}

export interface Second {
  /** The second endpoint's exchange under the first one's key. */
  readonly second: Exchange
  /** Of that key. */
  readonly effects: Effects
  /** Of a key that was used at the second endpoint only: whether what it does is counted at all. */
  readonly counted: Effects
}

export function judgeSecond(
  first: Answered,
  { second, effects, counted }: Second,
  endpoint: { readonly tellsRunsApart: boolean },
): Finding {
  if (!isDecided(second)) return unmeasured(`${said(second)}.`)
  if (!isSuccess(second)) {
    return kept('A key that was used at one endpoint is refused at another one: they share their keys.')
  }
  const replay = isReplayOf(first, second, endpoint)
  if (replay === 'no') return kept()
  const bothCount = counted.kind === 'counted' && counted.effects === 1 && effects.kind === 'counted'
  if (replay === 'yes' || (bothCount && effects.effects === 1)) {
    return broken('One endpoint’s outcome was given as another’s, under the same key.', [first, second])
  }
  return bothCount
    ? kept()
    : unmeasured('Both endpoints answer every run alike, and the effects of the second one are not counted.')
}
