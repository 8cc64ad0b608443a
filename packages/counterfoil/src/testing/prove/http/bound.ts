import { missedBy } from '../missed.ts'
import { toCount } from './counter.ts'
import type { Scenario } from './scenario.ts'
import type { Testbed } from './testbed.ts'

/** What a scenario that held in all its rounds doesn't show. */
export function boundOf(
  scenario: Scenario,
  testbed: Testbed,
  { rounds, notes }: { readonly rounds: number; readonly notes: ReadonlySet<string> },
): string {
  const counted =
    testbed.counter === undefined && scenario.seenBy === 'one_run'
      ? `${uncounted(testbed)}: a run whose answer nobody got would not have been seen.`
      : undefined
  return [inRounds(scenario, testbed, rounds), counted, scenario.limits?.(testbed), ...notes]
    .filter((sentence) => sentence !== undefined)
    .join(' ')
}

/** A sentence, where nothing that could be seen would have shown the promise broken. */
export function unseenIn({ seenBy }: Scenario, testbed: Testbed): string | undefined {
  if (seenBy === 'answers' || testbed.counter !== undefined || testbed.tellsRunsApart) return undefined
  return `${uncounted(testbed)}, and the endpoint answers every run alike, so that a second one would not have been seen; give ${toCount}.`
}

function uncounted({ counterFault }: Testbed): string {
  return counterFault ?? 'Effects were not counted'
}

function inRounds(scenario: Scenario, { terms }: Testbed, rounds: number): string {
  const isRace = scenario.kind === 'race' || scenario.kind === 'slow_race'
  if (!isRace) return `Luck plays no part in it: held in ${rounds} of ${rounds} rounds.`
  const each = `0 of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} with ${scenario.requests(terms)} requests each broke it`
  return `${each}: ${missedBy(rounds)}`
}
