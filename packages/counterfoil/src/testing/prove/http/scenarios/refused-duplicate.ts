import { judgeContest } from '../contest.ts'
import type { Asked, Call } from '../exchange.ts'
import { isSuccess, kindOf } from '../exchange.ts'
import { type Finding, kept, unmeasured } from '../finding.ts'
import { lacksOther, otherRequest } from '../other-request.ts'
import { refusalIsOver } from '../refusal-over.ts'
import type { Scenario } from '../scenario.ts'

const MOST_DUPLICATES = 40
/** Ahead of all others, so that it is the one that runs. */
const LEAD_MS = 2

/**
 * One request leads, and while it runs there come duplicates, and other requests under its key, one after another: where a
 * refusal takes away the lock of who runs, the next duplicate runs too.
 */
export const refusedDuplicate: Scenario = {
  id: 'refused-duplicate',
  title: 'A duplicate that is refused does not disturb the request that is running.',
  luck: 'race',
  needs: [],
  lacks: lacksOther,
  seenBy: 'one_run',
  effects: () => ({ least: 1, most: 1 }),
  requests: ({ requests }) => 1 + Math.min(requests, MOST_DUPLICATES),
  async play(round) {
    const body = await otherRequest(round.ground)
    const duplicates = Math.min(round.terms.requests, MOST_DUPLICATES)
    const spanMs = Math.max(LEAD_MS, round.ground.latencyMs)
    const asked: Asked[] = Array.from({ length: duplicates }, (_, index) => ({
      ...(index % 2 === 0 ? { as: 'another request', body } : { as: 'a duplicate' }),
      afterMs: LEAD_MS + (spanMs * index) / duplicates,
    }))
    const calls = await round.storm([{ as: 'the first request', afterMs: 0 }, ...asked], refusalIsOver(round))
    const effects = await round.effects()
    const isOther = (call: Call): boolean => call.asked.body === body
    const contest = judgeContest({
      given: calls.filter((call) => !isOther(call)),
      other: calls.filter(isOther),
      effects,
      terms: round.terms,
    })
    return contest.kind === 'kept' ? whatWasRefused(calls, contest) : contest
  },
}

/** Nothing is shown by duplicates that came when all was over. */
export function whatWasRefused(calls: readonly Call[], found: Finding): Finding {
  const exchanges = calls.flatMap((call) => call.exchanges)
  const ran = exchanges.filter(isSuccess).toSorted((a, b) => a.endMs - b.endMs)[0]
  if (ran === undefined) return unmeasured('No request came through.')
  const during = exchanges.filter((exchange) => exchange !== ran && exchange.startMs < ran.endMs)
  const refused = during.filter(({ answer, endMs }) => isRefusal(kindOf(answer)) && endMs <= ran.endMs)
  if (refused.length > 0) return found
  if (during.length === 0) {
    const tookMs = Math.round(ran.endMs - ran.startMs)
    return unmeasured(
      `The request had its answer after ${tookMs} ms, before any duplicate had left; a slower one would show it.`,
    )
  }
  return kept('Whoever came while a request ran had to wait: no duplicate was refused meanwhile.')
}

function isRefusal(kind: ReturnType<typeof kindOf>): boolean {
  return kind === 'refused' || kind === 'later'
}
