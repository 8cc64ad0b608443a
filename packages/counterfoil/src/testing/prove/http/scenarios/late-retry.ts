import type { Effects } from '../counter.ts'
import type { Answered, Call } from '../exchange.ts'
import { aftermathOf } from '../judging/aftermath.ts'
import { isFault } from '../judging/decided.ts'
import { judgeOneOutcome } from '../judging/one-outcome.ts'
import { said, succeeded } from '../judging/succeeded.ts'
import { broken, kept, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

/** After the lease and its margin: what is remembered no longer than an attempt may take is forgotten by then. */
export const lateRetry: Scenario = {
  id: 'late-retry',
  title:
    'A retry long after the outcome does not run again: it gets the outcome, or is told that it is gone.',
  kind: 'slow',
  needs: [],
  seenBy: 'one_run',
  effects: () => ({ least: 1, most: 1 }),
  requests: () => 2,
  limits: ({ terms }) => `The retry came ${terms.lateMs / 1000} s after the outcome (--late).`,
  async play(round) {
    const first = await round.call({ as: 'the first request' })
    const outcome = succeeded(first.last)
    await round.pause(round.terms.lateMs)
    const retry = await round.call({ as: 'the late retry' })
    return judgeLate(outcome, { first, retry, effects: await round.effects() })
  },
}

export function judgeLate(
  outcome: Answered,
  { first, retry, effects }: { readonly first: Call; readonly retry: Call; readonly effects: Effects },
): Ruling {
  const { last } = retry
  if (effects.kind === 'counted' && effects.effects > 1) {
    return broken(`One key had ${effects.effects} effects: a late retry ran again.`, [outcome, last])
  }
  switch (aftermathOf(last)) {
    case 'outcome':
      // An attempt that breaks off later excuses nothing: there was an outcome.
      return judgeOneOutcome({ calls: [first, retry], effects, guarantee: 'at-most-once' })
    case 'in_progress':
      return broken('A late retry is told to wait, though the outcome was there.', [outcome, last])
    case 'none':
      return unmeasured(`${said(last)}.`)
    default:
      if (isFault(last)) return unmeasured(`${said(last)}.`)
      return kept('The outcome is not kept for as long as that: a late retry is refused, and does not run.')
  }
}
