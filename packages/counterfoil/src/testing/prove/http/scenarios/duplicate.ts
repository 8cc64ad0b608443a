import { judgeOneOutcome } from '../judging/one-outcome.ts'
import type { Scenario } from '../scenario.ts'

const RETRIES = 2

/** One after another, each from another process. */
export const duplicate: Scenario = {
  id: 'duplicate',
  title: 'A retry that comes after the outcome has no second effect, and gets that outcome.',
  kind: 'plain',
  needs: [],
  seenBy: 'one_run',
  effects: () => ({ least: 1, most: 1 }),
  requests: () => 1 + RETRIES,
  async play(round) {
    const calls = [await round.call({ as: 'the first request' })]
    for (let retry = 0; retry < RETRIES; retry += 1) calls.push(await round.call({ as: 'a retry' }))
    return judgeOneOutcome({ calls, effects: await round.effects(), guarantee: round.terms.guarantee })
  },
}
