import type { StormEvent } from '../storm/storm-event.ts'
import { type Counterexample, counterexampleOf } from './counterexample.ts'
import { type Allowed, type Found, findOrder } from './search.ts'
import { anyOffset, type ClockOffset, type ClockReading, readClock } from './store-clock.ts'

export interface HistoryTerms {
  /**
   * By how much the store's clock may run otherwise than this machine's monotonic one while the history lasts, beside
   * what the calls' own durations leave open. Default 5: the drift of two clocks within a minute, and rounding.
   */
  readonly clockSlackMs?: number
  /** After how many steps of the search a key is given up as undecided. Default 200,000: some ten seconds. */
  readonly steps?: number
}

export type HistoryVerdict =
  | { readonly kind: 'linearizable'; readonly calls: number; readonly keys: number }
  /** One for each key whose answers no store that keeps the contract could have given. */
  | { readonly kind: 'broken'; readonly counterexamples: readonly Counterexample[] }
  /** The store's clock went astray, or the search took too long: nothing is shown. */
  | { readonly kind: 'undecided'; readonly cause: 'clock' | 'steps'; readonly why: string }

const CLOCK_SLACK_MS = 5
const STEPS = 200_000

/**
 * Decides whether a history of claims, settles, yields and renewals, of any number of callers, is *linearizable*: whether
 * there is an order of all calls to a key in which each takes effect at one moment between its start and its end, and
 * gets the answer that the pure decisions (`decideClaim`, `decideSettle`, `decideYield`, `decideRenew`) give for what the
 * calls before it have left. Keys are judged each by itself, which is the same as all together (Herlihy and Wing 1990,
 * locality).
 *
 * **Time.** A decision hangs on the store's clock. What is shown of it: there is one offset to the machine's monotonic
 * clock, the same for the whole history to within `clockSlackMs`, so that each call was decided by a time that the
 * store's clock showed between the call's start and its end. Grants and settles tell that time, and are held to it; for
 * other calls any time within suits that gives the answer. So a lease that is cut short, or an outcome forgotten early, by
 * more than the slack and the duration of the calls that tell of it is found; by less it is not.
 *
 * **What is left open.** A call without an answer (`unknown`) may take effect at any time after its start, or never; its
 * time is then not older than the change before it, but for 5 ms. A claim or a renewal may have been carried out twice
 * within its call, as where a driver sends it again. What is due may have been swept at any time, or not. The history
 * begins with nothing kept under its keys, and nobody else writes to them: it doesn't know of receipts aged or changed by
 * hand.
 */
export function checkHistory(events: readonly StormEvent[], terms: HistoryTerms = {}): HistoryVerdict {
  const { clockSlackMs = CLOCK_SLACK_MS, steps = STEPS } = terms
  const clock = readClock(events, clockSlackMs)
  const offset = clock.kind === 'steady' ? clock.offset : anyOffset
  const ofKeys = [...Map.groupBy(events, ({ id }) => id).values()]
  const judged = ofKeys.map((ofKey) => ({ ofKey, found: judge(ofKey, offset, steps) }))
  const broken = judged.filter(({ found }) => found.kind === 'none')
  if (broken.length > 0) {
    const counterexamples = broken.map(({ ofKey }) => counterexampleOf(ofKey, offset))
    return { kind: 'broken', counterexamples }
  }
  if (clock.kind === 'astray') return { kind: 'undecided', cause: 'clock', why: astrayText(clock) }
  if (judged.some(({ found }) => found.kind === 'undecided')) {
    const why = `no order of a key's calls was found or ruled out in ${steps} steps`
    return { kind: 'undecided', cause: 'steps', why }
  }
  return { kind: 'linearizable', calls: events.length, keys: ofKeys.length }
}

/** Repeats are seldom needed, and cost: they are tried where there is no order without. */
function judge(events: readonly StormEvent[], offset: ClockOffset, steps: number): Found {
  const once = findOrder(events, offset, { calls: 'once', steps })
  if (once.kind === 'order') return once
  return findOrder(events, offset, { calls: 'repeats', steps } satisfies Allowed)
}

function astrayText({ byMs }: Extract<ClockReading, { kind: 'astray' }>): string {
  return `the store's clock went otherwise than this machine's by ${Math.round(byMs)} ms: nothing can be said of its leases`
}
