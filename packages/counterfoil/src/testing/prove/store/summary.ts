import { isAnswered } from '../../linearizability/search.ts'
import type { StormEvent } from '../../storm/storm-event.ts'
import { hundredths, latencyOf } from '../latency.ts'
import type { AnswerSummary, TimelineEntry, TimelineRole } from '../proof.ts'
import { startOf } from './judge.ts'

/** A drawing of more says less. */
const MOST_DRAWN = 300

export function answersOf(events: readonly StormEvent[]): AnswerSummary {
  const counts = new Map<string, number>()
  for (const event of events) counts.set(statusOf(event), (counts.get(statusOf(event)) ?? 0) + 1)
  const statuses = [...counts].map(([status, count]) => ({ status, count }))
  return {
    statuses: statuses.toSorted((a, b) => b.count - a.count),
    bodies: [],
    latencyMs: latencyOf(events.filter(isAnswered).map(({ startedAt, endedAt }) => endedAt - startedAt)),
  }
}

/** Of one round, the calls to the key that had most of them. */
export function timelineOf(events: readonly StormEvent[]): readonly TimelineEntry[] {
  const byKey = [...Map.groupBy(events, ({ id }) => id).values()]
  const [most = []] = byKey.toSorted((a, b) => b.length - a.length)
  const startedAt = startOf(events)
  return most
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .slice(0, MOST_DRAWN)
    .map((event) => ({
      startMs: hundredths(event.startedAt - startedAt),
      endMs: hundredths(event.endedAt - startedAt),
      caller: event.caller,
      role: roleOf(event),
      answer: statusOf(event),
    }))
}

function statusOf({ call, answer }: StormEvent): string {
  return answer.kind === 'unknown' ? `${call}: no answer` : `${call}: ${answer.kind.replaceAll('_', ' ')}`
}

function roleOf({ answer }: StormEvent): TimelineRole {
  switch (answer.kind) {
    case 'claimed':
    case 'written':
      return 'ran'
    case 'replay':
      return 'replayed'
    case 'in_progress':
      return 'waited'
    case 'unknown':
      return 'no_answer'
    default:
      return 'refused'
  }
}
