import type { TimelineEntry } from 'counterfoil/testing'
import { roles } from '../words.ts'

/** Calls below each other, under one name. */
export interface Band {
  readonly name: string
  readonly entries: readonly TimelineEntry[]
}

export interface Rows {
  readonly bands: readonly Band[]
  /** How many calls are left out, so that a storm of thousands can still be drawn. */
  readonly leftOut: number
}

/** More are a grey wall. */
const MOST_ROWS = 240

/** So many can be followed one by one. */
const FEW = 14

/**
 * A few calls in the order in which they were made, each under its caller's name. Of a storm a band for each process; in it,
 * whoever began together is sorted by its end, so that the storm has a shape.
 */
export function rowsOf(timeline: readonly TimelineEntry[]): Rows {
  return timeline.length <= FEW ? inOrder(timeline) : byProcess(timeline)
}

function inOrder(timeline: readonly TimelineEntry[]): Rows {
  const sorted = timeline.toSorted((a, b) => a.startMs - b.startMs)
  return { bands: sorted.map((entry) => ({ name: entry.caller, entries: [entry] })), leftOut: 0 }
}

function byProcess(timeline: readonly TimelineEntry[]): Rows {
  const shown = thinned(timeline)
  const together = Math.max(...shown.map(({ endMs }) => endMs), 0) / 50
  const moment = ({ startMs }: TimelineEntry) => Math.floor(startMs / Math.max(together, 0.001))
  const bands = [...Map.groupBy(shown, ({ caller }) => processOf(caller))].map(([name, entries]) => ({
    name,
    entries: entries.toSorted((a, b) => moment(a) - moment(b) || a.endMs - b.endMs),
  }))
  const sorted = bands.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  return { bands: sorted, leftOut: timeline.length - shown.length }
}

/** A caller is named `process 2, connection 14`. */
function processOf(caller: string): string {
  return caller.split(',')[0] ?? caller
}

/** Every call that did something out of the ordinary, and of the rest, evenly, as many as there is room for. */
function thinned(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  if (timeline.length <= MOST_ROWS) return timeline
  const byRole = Map.groupBy(timeline, ({ role }) => role)
  const kept = new Set<TimelineEntry>()
  const rarestFirst = roles.toSorted((a, b) => (byRole.get(a)?.length ?? 0) - (byRole.get(b)?.length ?? 0))
  for (const [at, role] of rarestFirst.entries()) {
    const entries = byRole.get(role) ?? []
    const room = Math.floor((MOST_ROWS - kept.size) / (rarestFirst.length - at))
    const wanted = Math.min(room, entries.length)
    for (let next = 0; next < wanted; next += 1) {
      const entry = entries[Math.floor((next * entries.length) / wanted)]
      if (entry !== undefined) kept.add(entry)
    }
  }
  return timeline.filter((entry) => kept.has(entry))
}
