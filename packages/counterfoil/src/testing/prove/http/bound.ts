import type { Ground } from './ground.ts'
import type { Scenario } from './scenario.ts'

/** What a scenario that held in all its rounds doesn't show. */
export function boundOf(
  scenario: Scenario,
  ground: Ground,
  { rounds, notes }: { readonly rounds: number; readonly notes: ReadonlySet<string> },
): string {
  const counted =
    ground.counter === undefined
      ? 'Effects were not counted: equal answers cannot show that it ran only once.'
      : undefined
  return [inRounds(scenario, ground, rounds), counted, scenario.limits?.(ground), ...notes]
    .filter((sentence) => sentence !== undefined)
    .join(' ')
}

function inRounds(scenario: Scenario, { terms }: Ground, rounds: number): string {
  if (scenario.luck !== 'race') return `Played ${rounds === 1 ? 'once' : `${rounds} times`}.`
  const each = `0 of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} with ${scenario.requests(terms)} requests each broke it`
  return `${each}: a fault that shows in fewer than ${percentOf(rarestFound(rounds))} of rounds could have been missed (95 % confidence).`
}

/** The rate at which a fault stays unseen in so many rounds with a probability of 5 %: about 3 / rounds. */
function rarestFound(rounds: number): number {
  return 1 - 0.05 ** (1 / rounds)
}

function percentOf(rate: number): string {
  return `${(rate * 100).toFixed(rate < 0.1 ? 1 : 0)} %`
}
