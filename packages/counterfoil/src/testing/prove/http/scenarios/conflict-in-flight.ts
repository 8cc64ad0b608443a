import { judgeContest } from '../judging/contest.ts'
import { lacksOther, otherRequest } from '../other-request.ts'
import { playContest } from '../play-contest.ts'
import type { Scenario } from '../scenario.ts'

/** Both requests many times over, all at once: whichever comes first wins, and the other one is the conflict. */
export const conflictInFlight: Scenario = {
  id: 'conflict-in-flight',
  title: 'Of two different requests with one key at the same time one runs, and the other is refused.',
  kind: 'race',
  needs: [],
  lacks: lacksOther,
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 1 }),
  requests: ({ requests }) => requests + 1,
  async play(round) {
    const body = await otherRequest(round.testbed)
    const asked = Array.from({ length: round.terms.requests }, (_, index) =>
      index % 2 === 0
        ? { as: `request ${index + 1}` }
        : { as: `request ${index + 1}, which is another one`, body },
    )
    return judgeContest(await playContest(round, asked, body))
  },
}
