import { hundredths } from '../latency.ts'
import type { TimelineEntry, TimelineRole } from '../proof.ts'
import { type Answered, type Exchange, kindOf, statusOf, successesIn } from './exchange.ts'
import { isMarked } from './judging/replay-mark.ts'
import { sameOutcome } from './judging/same-outcome.ts'

/** A round as it is drawn: who ran, who waited, who got a replay. In the order of their starts. */
export function timelineOf(exchanges: readonly Exchange[]): readonly TimelineEntry[] {
  const byKey = Map.groupBy(exchanges, ({ asked }) => asked.key)
  return [...byKey.values()].flatMap(entriesOf).toSorted((a, b) => a.startMs - b.startMs)
}

function entriesOf(exchanges: readonly Exchange[]): TimelineEntry[] {
  const ran = runsIn(successesIn(exchanges))
  return exchanges.map((exchange) => ({
    startMs: hundredths(exchange.startMs),
    endMs: hundredths(exchange.endMs),
    caller: exchange.caller,
    role: roleOf(exchange, ran),
    answer: statusOf(exchange.answer),
  }))
}

/** As far as answers tell: of each outcome the first that isn't marked as a replay. */
function runsIn(successes: readonly Answered[]): readonly Answered[] {
  const unmarked = successes.filter((success) => !isMarked(success))
  const runs: Answered[] = []
  for (const success of unmarked.length > 0 ? unmarked : successes.slice(0, 1)) {
    if (!runs.some(({ answer }) => sameOutcome(answer, success.answer))) runs.push(success)
  }
  return runs
}

function roleOf(exchange: Exchange, ran: readonly Exchange[]): TimelineRole {
  const { answer, startMs } = exchange
  if (answer.kind === 'no_answer') return 'no_answer'
  if (ran.includes(exchange)) return 'ran'
  if (kindOf(answer) === 'success') return startMs < (ran[0]?.endMs ?? 0) ? 'waited' : 'replayed'
  return answer.status >= 500 ? 'failed' : 'refused'
}
