import { isSuccess, shownAnswer } from '../exchange.ts'
import { aftermathOf, judgeNoOutcome } from '../judging/aftermath.ts'
import { judgeOneOutcome } from '../judging/one-outcome.ts'
import { said } from '../judging/succeeded.ts'
import { type AfterRefusal, playRefusal } from '../play-refusal.ts'
import { broken, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

export const limited: Scenario = {
  id: 'limited',
  title: 'A 429 ran nothing and is not kept as the outcome: a retry runs once the limit is gone.',
  kind: 'plain',
  needs: ['limited'],
  seenBy: 'one_run',
  effects: () => ({ least: 0, most: 1 }),
  requests: () => 3,
  async play(round) {
    const as = { refusal: 'the limited request', retry: 'a retry without the limit' }
    return judgeLimited(await playRefusal(round, round.terms.limited, as))
  },
}

export function judgeLimited({ refusal, retry, second, effects, guarantee }: AfterRefusal): Ruling {
  const { last } = retry
  if (refusal.answer.kind !== 'answer' || refusal.answer.status !== 429) {
    return unmeasured(
      `The limited request was answered with ${shownAnswer(refusal.answer)}, and not with 429; give another header (--limited-header).`,
    )
  }
  if (effects.kind === 'counted' && effects.effects > 1) {
    return broken(`One key had ${effects.effects} effects: what was answered with 429 had run.`, [
      refusal,
      last,
    ])
  }
  if (isSuccess(last)) return judgeOneOutcome({ calls: [retry, second], effects, guarantee })
  if (!isSuccess(second.last))
    return unmeasured(`Whatever the key, the endpoint serves nothing: ${said(second.last)}.`)
  if (last.answer.kind === 'answer' && last.answer.status === 429) {
    return broken('A 429 was kept as the outcome: a retry still gets it, though another key is served.', [
      refusal,
      last,
      second.last,
    ])
  }
  const aftermath = aftermathOf(last)
  if (aftermath === 'outcome' || aftermath === 'failure') {
    return unmeasured(
      `After the 429 a retry without the header is refused (${shownAnswer(last.answer)}): the header may count as a part of the request.`,
    )
  }
  return judgeNoOutcome(aftermath, { first: refusal, last, after: 'after a 429', guarantee })
}
