import { type Exchange, isSuccess, kindOf, shownAnswer } from '../exchange.ts'
import { aftermathOf, judgeNoOutcome } from '../judging/aftermath.ts'
import { judgeOneOutcome } from '../judging/one-outcome.ts'
import { said } from '../judging/succeeded.ts'
import { type AfterRefusal, playRefusal } from '../play-refusal.ts'
import { broken, kept, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

export const refusedUpstream: Scenario = {
  id: 'refused-upstream',
  title: 'A refusal by what stands behind the endpoint wedges no key.',
  kind: 'plain',
  needs: ['refused'],
  seenBy: 'one_run',
  effects: () => ({ least: 0, most: 1 }),
  requests: () => 3,
  async play(round) {
    const as = { refusal: 'the refused request', retry: 'a retry when nothing refuses' }
    return judgeRefusedUpstream(await playRefusal(round, round.terms.refused, as))
  },
}

export function judgeRefusedUpstream(seen: AfterRefusal): Ruling {
  const { refusal, retry, second, effects, guarantee } = seen
  const { last } = retry
  const after = 'after its upstream refused'
  if (isSuccess(refusal) || kindOf(refusal.answer) === 'none') {
    return unmeasured(
      `The request whose upstream should refuse: ${shownAnswer(refusal.answer)}; give another header (--refused-header).`,
    )
  }
  if (effects.kind === 'counted' && effects.effects > 1) {
    return broken(`One key had ${effects.effects} effects ${after}.`, [refusal, last])
  }
  if (isSuccess(last)) return judgeOneOutcome({ calls: [retry, second], effects, guarantee })
  if (!isSuccess(second.last))
    return unmeasured(`Whatever the key, the endpoint serves nothing: ${said(second.last)}.`)
  const aftermath = aftermathOf(last)
  if (aftermath === 'in_progress' || aftermath === 'unknown' || aftermath === 'unclear') {
    return judgeNoOutcome(aftermath, { first: refusal, last, after, guarantee })
  }
  // Another key is served: what is said of this one is what is kept.
  const same = isSameStatus(refusal, last)
  if (guarantee === 'at-least-once' && same) {
    return broken('The refusal was kept for good, though at-least-once promises that a retry runs.', [
      refusal,
      last,
    ])
  }
  return same
    ? kept('What the upstream refused is kept for good: a retry gets the refusal.')
    : unmeasured(`After the refusal a retry is answered otherwise: ${said(last)}.`)
}

function isSameStatus(one: Exchange, other: Exchange): boolean {
  return (
    one.answer.kind === 'answer' &&
    other.answer.kind === 'answer' &&
    one.answer.status === other.answer.status
  )
}
