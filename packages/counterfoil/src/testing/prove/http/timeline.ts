import type { TimelineEntry, TimelineRole } from '../proof.ts'
import { type Exchange, fieldIn, isSuccess, kindOf } from './exchange.ts'

/** A round as it is drawn: who ran, who waited, who got a replay. In the order of their starts. */
export function timelineOf(exchanges: readonly Exchange[]): readonly TimelineEntry[] {
  const byKey = Map.groupBy(exchanges, ({ asked }) => asked.key)
  return [...byKey.values()].flatMap(entriesOf).toSorted((a, b) => a.startMs - b.startMs)
}

function entriesOf(exchanges: readonly Exchange[]): TimelineEntry[] {
  const successes = exchanges.filter(isSuccess).toSorted((a, b) => a.endMs - b.endMs)
  const ran = successes.find((exchange) => !isMarked(exchange)) ?? successes[0]
  return exchanges.map((exchange) => ({
    startMs: rounded(exchange.startMs),
    endMs: rounded(exchange.endMs),
    caller: exchange.caller,
    role: roleOf(exchange, ran),
    answer: exchange.answer.kind === 'answer' ? String(exchange.answer.status) : 'no answer',
  }))
}

/** As far as answers tell: the first unmarked one ran, and who came before its end waited for it. */
function roleOf(exchange: Exchange, ran: Exchange | undefined): TimelineRole {
  const { answer, startMs } = exchange
  if (answer.kind === 'no_answer') return 'no_answer'
  if (exchange === ran) return 'ran'
  if (kindOf(answer) === 'success') return ran !== undefined && startMs < ran.endMs ? 'waited' : 'replayed'
  return answer.status >= 500 ? 'failed' : 'refused'
}

/** As Counterfoil, Stripe and others mark a replay. */
function isMarked({ answer }: Exchange): boolean {
  return (
    answer.kind === 'answer' && replayMarks.some((name) => fieldIn(answer, name)?.toLowerCase() === 'true')
  )
}

export const replayMarks: readonly string[] = [
  'idempotent-replayed',
  'idempotency-replayed',
  'x-idempotent-replayed',
  'x-idempotency-replayed',
  'idempotent-replay',
  'idempotency-replay',
]

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
