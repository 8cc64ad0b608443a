import { checkHistory } from '../../linearizability/check-history.ts'
import { callText } from '../../linearizability/counterexample.ts'
import type { StormEvent } from '../../storm/storm-event.ts'
import { hundredths } from '../latency.ts'
import type { Verdict } from '../proof.ts'

const MOST_EVIDENCE = 12

const REMEDIES = {
  clock: 'clockSlackMs allows for more',
  steps: 'fewer calls leave less open',
} as const

/** Whether there is an order of these calls that gives all their answers; `undefined` where there is. */
export function faultIn(events: readonly StormEvent[], clockSlackMs: number): Verdict | undefined {
  const verdict = checkHistory(events, { clockSlackMs })
  if (verdict.kind === 'linearizable') return undefined
  if (verdict.kind === 'undecided') {
    return { kind: 'not_shown', why: sentence(`${verdict.why} (${REMEDIES[verdict.cause]})`) }
  }
  const [shortest] = verdict.counterexamples.toSorted((a, b) => a.events.length - b.events.length)
  if (shortest === undefined) return undefined
  const startedAt = startOf(events)
  const evidence = shortest.events.slice(-MOST_EVIDENCE).map((event) => ({
    atMs: hundredths(event.startedAt - startedAt),
    says: `${callText(event)}, after ${Math.round(event.endedAt - event.startedAt)} ms`,
  }))
  return {
    kind: 'broken',
    why: sentence(`no order of the calls gives their answers: ${shortest.says}`),
    evidence,
  }
}

export function startOf(events: readonly StormEvent[]): number {
  return events.reduce((least, { startedAt }) => Math.min(least, startedAt), Number.POSITIVE_INFINITY)
}

export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}
