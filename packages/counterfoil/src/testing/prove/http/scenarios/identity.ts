import { isSuccess } from '../exchange.ts'
import { unmeasured } from '../finding.ts'
import { judgeIdentity } from '../identity.ts'
import type { Scenario } from '../scenario.ts'

export const identity: Scenario = {
  id: 'identity',
  title: 'A replay is the first response: its status, its header fields and its bytes.',
  luck: 'plain',
  needs: [],
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 1 }),
  requests: () => 2,
  limits: () =>
    'Fields of one connection, exchange or caller (Date, Set-Cookie, RateLimit and their like) were not compared.',
  async play(round) {
    const first = await round.call({ as: 'the first request' })
    const retry = await round.call({ as: 'a retry' })
    await round.effects()
    if (!isSuccess(first.last) || !isSuccess(retry.last)) {
      return unmeasured('The request and its retry did not both succeed.')
    }
    return judgeIdentity(first.last, retry.last)
  },
}
