import { isSuccess, kindOf } from '../exchange.ts'
import { judgeOneOutcome } from '../judging/one-outcome.ts'
import { reorderedJson } from '../reordered-json.ts'
import { broken } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

/** A client that builds its request anew may write the same JSON otherwise. */
export const reordered: Scenario = {
  id: 'reordered',
  title: 'The same JSON with its members in another order is the same request.',
  kind: 'plain',
  needs: [],
  lacks: ({ body }) =>
    reorderedJson(body) === undefined
      ? 'Give a body that is a JSON object with two members or more (--body).'
      : undefined,
  seenBy: 'one_run',
  effects: () => ({ least: 1, most: 1 }),
  requests: () => 2,
  async play(round) {
    const first = await round.call({ as: 'the first request' })
    const body = reorderedJson(round.terms.body) ?? round.terms.body
    const retry = await round.call({ as: 'a retry, with its members in another order', body })
    const effects = await round.effects()
    if (isSuccess(first.last) && kindOf(retry.last.answer) === 'refused') {
      return broken('The same JSON in another order was refused as another request.', [
        first.last,
        retry.last,
      ])
    }
    return judgeOneOutcome({ calls: [first, retry], effects, guarantee: round.terms.guarantee })
  },
}
