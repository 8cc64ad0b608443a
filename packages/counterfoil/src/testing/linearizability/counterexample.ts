import type { Fence } from '../../core/index.ts'
import type { ClaimAnswer, StormEvent } from '../storm/storm-event.ts'
import type { Modelled } from './modelled.ts'
import { answersTo } from './receipt-model.ts'
import { type Allowed, type Furthest, findOrder, isAnswered } from './search.ts'
import type { ClockOffset } from './store-clock.ts'

/** Calls whose answers contradict each other: nothing could have come of them in whatever order they were made. */
export interface Counterexample {
  /** One sentence: the answer that can't be had, and what it should have been. */
  readonly says: string
  /** As few as were found to be enough, by their start. */
  readonly events: readonly StormEvent[]
  /** Calls of the same key that were left out, since the others contradict each other without them. */
  readonly leftOut: number
}

const BUDGET: Allowed = { calls: 'repeats', steps: 20_000 }

/** Of a key's calls that have no order, the shortest beginning that has none, and of that the calls which matter. */
export function counterexampleOf(events: readonly StormEvent[], offset: ClockOffset): Counterexample {
  const fails = (some: readonly StormEvent[]): boolean => furthestIn(some, offset) !== undefined
  const beginning = shortestBeginning(events, fails)
  const core = withoutOthers(beginning, fails)
  const shown = core.filter(isAnswered).toSorted((a, b) => a.startedAt - b.startedAt)
  const furthest = furthestIn(core, offset)
  return {
    says: furthest === undefined ? 'no order of these calls gives their answers' : contradiction(furthest),
    events: shown,
    leftOut: events.length - shown.length,
  }
}

function furthestIn(events: readonly StormEvent[], offset: ClockOffset): Furthest | undefined {
  const found = findOrder(events, offset, BUDGET)
  return found.kind === 'none' ? found.furthest : undefined
}

/** What began after the last call of it had ended can't have anything to do with it; what had not ended is open. */
function shortestBeginning(
  events: readonly StormEvent[],
  fails: (some: readonly StormEvent[]) => boolean,
): readonly StormEvent[] {
  const ends = events.filter(isAnswered).map(({ endedAt }) => endedAt)
  const sorted = ends.toSorted((a, b) => a - b)
  let [passes, failing] = [-1, sorted.length - 1]
  while (failing - passes > 1) {
    const middle = Math.floor((passes + failing) / 2)
    if (fails(until(events, sorted[middle] as number))) failing = middle
    else passes = middle
  }
  const beginning = until(events, sorted[failing] as number)
  return fails(beginning) ? beginning : events
}

function until(events: readonly StormEvent[], moment: number): readonly StormEvent[] {
  return events
    .filter(({ startedAt }) => startedAt <= moment)
    .map((event) => (event.endedAt <= moment ? event : opened(event)))
}

function opened(event: StormEvent): StormEvent {
  return { ...event, answer: { kind: 'unknown', why: 'not answered by then' } }
}

/**
 * Leaves out what the contradiction doesn't need: single calls that changed nothing, and then whole incarnations of the
 * receipt, unless an answer is left that could be of any of them.
 */
function withoutOthers(
  events: readonly StormEvent[],
  fails: (some: readonly StormEvent[]) => boolean,
): readonly StormEvent[] {
  let core = events
  for (let size = Math.ceil(core.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < core.length; ) {
      const rest = core.filter((event, index) => index < from || index >= from + size || changes(event))
      if (rest.length < core.length && fails(rest)) core = rest
      else from += size
    }
  }
  const byIncarnation = Map.groupBy(core, incarnationOf)
  if (byIncarnation.get(undefined)?.some(isAnswered)) return core
  for (const group of byIncarnation.values()) {
    const rest = core.filter((event) => !group.includes(event))
    if (fails(rest)) core = rest
  }
  return core
}

/** Whether leaving it out could itself make the others impossible. */
function changes({ answer }: StormEvent): boolean {
  return answer.kind === 'claimed' || answer.kind === 'written'
}

function incarnationOf(event: StormEvent): string | undefined {
  if (event.call !== 'claim') return event.fence.incarnation
  const { answer } = event
  if (answer.kind === 'claimed') return answer.fence.incarnation
  return 'incarnation' in answer ? answer.incarnation : undefined
}

function contradiction({ kept, stuck }: Furthest): string {
  const [first] = stuck.toSorted((a, b) => a.event.endedAt - b.event.endedAt)
  if (first === undefined) return 'no order of these calls gives their answers'
  const { event, moments } = first
  const stands = `at that, ${keptText(kept, event)}`
  if (event.call !== 'claim') {
    return `${event.caller}'s ${event.call} of attempt ${event.fence.attempt} was answered '${event.answer.kind}', which it can't have been: ${stands}`
  }
  const possible = new Set(answersTo(kept, event, moments).map(claimText))
  return `${event.caller}'s claim was answered '${claimText(event.answer)}', which it can't have been: ${stands}, and a claim is answered '${[...possible].join("' or later '")}'`
}

function claimText(answer: ClaimAnswer): string {
  if (answer.kind === 'claimed')
    return `claimed, attempt ${answer.fence.attempt}, predecessor ${answer.predecessor}`
  return 'attempt' in answer ? `${answer.kind}, attempt ${answer.attempt}` : answer.kind
}

/** How the receipt stood where the longest beginning of an order ends. */
function keptText({ receipt }: Modelled, { answer, ...event }: StormEvent): string {
  if (receipt === undefined) return 'nothing was kept under the key'
  const attempt = `attempt ${receipt.attempt}`
  if (receipt.state !== 'in_progress') {
    return `${attempt} ${receipt.state === 'failed' && receipt.retryable ? 'was released' : `had ${receipt.state}`}`
  }
  if (receipt.givenUp !== null) return `${attempt} was given up`
  if (event.call !== 'claim' || answer.kind !== 'claimed') return `${attempt} was in progress`
  const leftMs = Math.round(receipt.leaseEndsAt - (answer.leaseEndsAt - event.asked.leaseMs))
  return leftMs > 0
    ? `${attempt} held the claim for another ${leftMs} ms`
    : `the lease of ${attempt} had lapsed`
}

/** For a message: what can't be, and who asked and was answered what and when, in milliseconds from the first call. */
export function describeCounterexample({ says, events, leftOut }: Counterexample): string {
  const from = Math.min(...events.map(({ startedAt }) => startedAt))
  const lines = events.map((event) => {
    const times = `${(event.startedAt - from).toFixed(3)} to ${(event.endedAt - from).toFixed(3)} ms`
    return `  ${times} ${callText(event)}`
  })
  const others = leftOut > 0 ? [`  (and ${leftOut} calls of the same key that it doesn't hang on)`] : []
  return [says, ...lines, ...others].join('\n')
}

/** Who asked what, and what was answered. */
export function callText(event: StormEvent): string {
  return `${event.caller}: ${askedText(event)} → ${JSON.stringify(event.answer)}`
}

function askedText(event: StormEvent): string {
  if (event.call === 'claim') return `claim ${event.asked.token}`
  const fence = fenceText(event.fence)
  return event.call === 'settle' ? `settle ${event.asked.as} ${fence}` : `${event.call} ${fence}`
}

function fenceText({ incarnation, attempt, token }: Fence): string {
  return `(${incarnation}, ${attempt}, ${token})`
}
