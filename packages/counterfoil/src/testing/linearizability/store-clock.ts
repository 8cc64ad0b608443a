import type { StormEvent } from '../storm/storm-event.ts'
import type { Moments } from './matching.ts'

/** By how much the store's clock is ahead of the machine's monotonic one: at least, and at most. */
export interface ClockOffset {
  readonly least: number
  readonly most: number
}

export type ClockReading =
  | { readonly kind: 'steady'; readonly offset: ClockOffset }
  /** Two calls between which the store's clock went otherwise than the machine's, by more than the slack. */
  | { readonly kind: 'astray'; readonly byMs: number; readonly events: readonly [StormEvent, StormEvent] }

/** Where nobody was told a time, or the clock went astray: then nothing can be said of leases. */
export const anyOffset: ClockOffset = { least: -1e14, most: 1e14 }

/** What the grants tell of the store's clock: each was decided while its call was under way. */
export function readClock(events: readonly StormEvent[], slackMs: number): ClockReading {
  let last: Told | undefined
  let first: Told | undefined
  for (const event of events) {
    const told = toldBy(event)
    if (told === undefined) continue
    if (last === undefined || told.least > last.least) last = told
    if (first === undefined || told.most < first.most) first = told
  }
  if (last === undefined || first === undefined) return { kind: 'steady', offset: anyOffset }
  const least = last.least - slackMs
  const most = first.most + slackMs
  if (least <= most) return { kind: 'steady', offset: { least, most } }
  return { kind: 'astray', byMs: last.least - first.most, events: [first.event, last.event] }
}

interface Told extends ClockOffset {
  readonly event: StormEvent
}

/** A grant starts its lease at the moment of its decision, also where it was sent again. */
function toldBy(event: StormEvent): Told | undefined {
  if (event.call !== 'claim' || event.answer.kind !== 'claimed') return undefined
  const now = event.answer.leaseEndsAt - event.asked.leaseMs
  return { least: now - event.endedAt, most: now - event.startedAt, event }
}

/** When, by its own clock, the store was asked. */
export function momentsOf({ startedAt, endedAt }: StormEvent, { least, most }: ClockOffset): Moments {
  return { from: startedAt + least, to: endedAt + most }
}
