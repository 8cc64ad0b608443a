import { type Exchange, isSuccess } from '../exchange.ts'
import { isDecided, isDecidedRefusal } from '../judging/decided.ts'
import { isReplayOf } from '../judging/replay-of.ts'
import { said } from '../judging/succeeded.ts'
import { lacksOther, otherRequest } from '../other-request.ts'
import { broken, kept, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

/** Two different requests, neither with a key. Whether a key is required is the service's affair. */
export const missingKey: Scenario = {
  id: 'missing-key',
  title: 'A request without a key is refused, or runs as if there were no keys: it never meets another one.',
  kind: 'plain',
  needs: [],
  lacks: lacksOther,
  seenBy: 'answers',
  effects: () => ({ least: 0, most: 0 }),
  requests: () => 2,
  limits: () => 'Effects of a request without a key cannot be counted by its key.',
  async play(round) {
    const body = await otherRequest(round.testbed)
    const first = await round.call({ as: 'a request without a key', key: null }, isDecided)
    const other = await round.call({ as: 'another one without a key', key: null, body }, isDecided)
    return judgeMissingKey(first.last, other.last, round.testbed)
  },
}

/** @param other another request, which the service takes under a key of its own */
export function judgeMissingKey(
  first: Exchange,
  other: Exchange,
  endpoint: { readonly tellsRunsApart: boolean },
): Ruling {
  const undecided = [first, other].find((exchange) => !isDecided(exchange))
  if (undecided !== undefined) return unmeasured(`${said(undecided)}.`)
  if (isDecidedRefusal(first)) return kept()
  if (!isSuccess(first)) {
    return broken('A request without a key ended in a fault of the service, and not in a refusal.', [first])
  }
  if (!isSuccess(other)) {
    return broken('Of two different requests without a key the second one was refused.', [first, other])
  }
  switch (isReplayOf(first, other, endpoint)) {
    case 'yes':
      return broken('A request without a key got the outcome of another one that had none either.', [
        first,
        other,
      ])
    case 'unclear':
      return unmeasured(
        'A request without a key is taken, and every run is answered alike: whether it ran, or got the outcome of another one without a key, cannot be seen.',
      )
    case 'no':
      return kept('A request without a key is taken, and nothing keeps its retry from running again.')
  }
}
