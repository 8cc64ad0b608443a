import { type Asked, exchangesOf, kindOf, successesIn } from '../exchange.ts'
import { type Contest, judgeContest } from '../judging/contest.ts'
import { lacksOther, otherRequest } from '../other-request.ts'
import { playContest } from '../play-contest.ts'
import { kept, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

const MOST_DUPLICATES = 40
/** How far at most the first is ahead of all others, so that it is the one that runs. */
const LEAD_MS = 2

/**
 * One request leads, and while it runs there come duplicates, and other requests under its key, one after another: where a
 * refusal takes away the lock of who runs, the next duplicate runs too.
 */
export const refusedDuplicate: Scenario = {
  id: 'refused-duplicate',
  title: 'A duplicate that is refused does not disturb the request that is running.',
  kind: 'race',
  needs: [],
  lacks: lacksOther,
  seenBy: 'one_run',
  effects: () => ({ least: 1, most: 1 }),
  requests: ({ requests }) => Math.min(requests, MOST_DUPLICATES) + 2,
  async play(round) {
    const body = await otherRequest(round.testbed)
    const duplicates = Math.min(round.terms.requests, MOST_DUPLICATES)
    const { latencyMs } = round.testbed
    const leadMs = Math.min(LEAD_MS, latencyMs / 4)
    const asked: Asked[] = Array.from({ length: duplicates }, (_, index) => ({
      ...(index % 2 === 0 ? { as: 'another request', body } : { as: 'a duplicate' }),
      afterMs: leadMs + (latencyMs * index) / duplicates,
    }))
    return judgeRefusedDuplicate(
      await playContest(round, [{ as: 'the first request', afterMs: 0 }, ...asked], body),
    )
  },
}

/** Nothing is shown by duplicates that came when all was over. */
export function judgeRefusedDuplicate(contest: Contest): Ruling {
  const found = judgeContest(contest)
  const exchanges = exchangesOf([...contest.given, ...contest.other])
  const [ran] = successesIn(exchanges)
  if (found.kind !== 'kept' || ran === undefined) return found
  const during = exchanges.filter((exchange) => exchange !== ran && exchange.startMs < ran.endMs)
  if (during.length === 0) {
    const tookMs = Math.round(ran.endMs - ran.startMs)
    return unmeasured(
      `The request had its answer after ${tookMs} ms, before any duplicate had left; a slower one would show it.`,
    )
  }
  const refused = during.some(
    ({ answer, endMs }) => ['refused', 'later'].includes(kindOf(answer)) && endMs <= ran.endMs,
  )
  return refused
    ? found
    : kept('Whoever came while a request ran had to wait: no duplicate was refused meanwhile.')
}
