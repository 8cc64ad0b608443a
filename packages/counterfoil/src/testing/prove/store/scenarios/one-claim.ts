import { randomUUID } from 'node:crypto'
import { callText } from '../../../linearizability/counterexample.ts'
import type { StormEvent } from '../../../storm/storm-event.ts'
import { hundredths } from '../../latency.ts'
import type { EffectSummary, Verdict } from '../../proof.ts'
import { faultIn, startOf } from '../judge.ts'
import { inPlace } from '../place.ts'
import { playRounds } from '../rounds.ts'
import { isShared, type Scenario, sharedMissing } from '../scenario.ts'

export const oneClaim: Scenario = {
  id: 'one-claim',
  title: 'Of all calls for one key that come at once from several processes, one is granted the claim.',
  appliesTo: isShared,
  missing: sharedMissing,
  async play(testbed, tell) {
    const { terms } = testbed
    const grants = new Map<string, number>()
    const played = await inPlace(testbed, (subject) =>
      playRounds(testbed, subject, terms.rounds, tell, async (storm) => {
        const key = randomUUID()
        const plan = { storm: 'one key', key, calls: terms.calls } as const
        const events = await storm((index) => ({ ...plan, caller: `process ${index + 1}` }))
        const granted = events.filter(({ answer }) => answer.kind === 'claimed')
        grants.set(key, granted.length)
        return { events, verdict: twice(granted, events) ?? faultIn(events, terms.clockSlackMs) }
      }),
    )
    return { ...played, effects: effectsOf([...grants.values()]) }
  },
}

function twice(granted: readonly StormEvent[], events: readonly StormEvent[]): Verdict | undefined {
  if (granted.length < 2) return undefined
  const startedAt = startOf(events)
  const evidence = granted.slice(0, 2).map((event) => ({
    atMs: hundredths(event.startedAt - startedAt),
    says: callText(event),
  }))
  return { kind: 'broken', why: `The claim of one key was granted ${granted.length} times.`, evidence }
}

function effectsOf(counts: readonly number[]): EffectSummary {
  const seen = [...Map.groupBy(counts, (count) => count)].map(([effects, keys]) => ({
    effects,
    keys: keys.length,
  }))
  return {
    kind: 'counted',
    expected: { least: 1, most: 1 },
    seen: seen.toSorted((a, b) => a.effects - b.effects),
  }
}
