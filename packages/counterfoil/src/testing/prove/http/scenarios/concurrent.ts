import { judgeOneOutcome } from '../judging/one-outcome.ts'
import type { Scenario } from '../scenario.ts'

/** All at once, from many processes and over many connections. */
export const concurrent: Scenario = {
  id: 'concurrent',
  title: 'Of many requests with one key at the same time one has its effect, and all get its outcome.',
  kind: 'race',
  needs: [],
  seenBy: 'one_run',
  effects: () => ({ least: 1, most: 1 }),
  requests: ({ requests }) => requests + 1,
  async play(round) {
    const asked = Array.from({ length: round.terms.requests }, (_, index) => ({ as: `request ${index + 1}` }))
    const calls = await round.storm(asked)
    const after = await round.call({ as: 'a retry when all was over' })
    return judgeOneOutcome({
      calls: [...calls, after],
      effects: await round.effects(),
      guarantee: round.terms.guarantee,
    })
  },
}
