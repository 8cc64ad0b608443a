import { type Answered, isSuccess } from '../exchange.ts'
import { judgeIdentity } from '../judging/identity.ts'
import { succeeded } from '../judging/succeeded.ts'
import { unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

/** Of two servers behind one address each puts its name into its answers: then some of these come from the first one's. */
const MORE = 8

export const identity: Scenario = {
  id: 'identity',
  title: 'A replay is the first response: its status, its header fields and its bytes.',
  kind: 'plain',
  needs: [],
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 1 }),
  requests: () => 3 + MORE,
  limits: () =>
    'Fields of one connection, exchange or caller (Date, Set-Cookie, RateLimit and their like) were not compared.',
  async play(round) {
    const { last: first } = await round.call({ as: 'the first request' })
    const { last: retry } = await round.call({ as: 'a retry' })
    const { last: later } = await round.call({ as: 'another retry' })
    await round.effects()
    if (!isSuccess(first) || !isSuccess(retry) || !isSuccess(later)) {
      return unmeasured('The request and its retries did not all succeed.')
    }
    const ruling = judgeIdentity(first, [retry, later])
    if (ruling.kind !== 'broken') return ruling
    const more: Answered[] = []
    while (more.length < MORE) more.push(succeeded((await round.call({ as: 'another retry' })).last))
    return judgeIdentity(first, [retry, later, ...more])
  },
}
