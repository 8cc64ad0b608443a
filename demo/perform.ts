import type { Place } from './place.ts'
import type { Scenario } from './scenario.ts'
import type { Screen } from './screen.ts'
import { Stage } from './stage.ts'
import { faultsIn, type Tally, tallyOf } from './tally.ts'

/** How a scenario ended: a row of the table. */
export interface Row {
  readonly scenario: string
  readonly isControl: boolean
  readonly tally: Tally
  /** Empty where every count is right. */
  readonly faults: readonly string[]
  /** Why it could not be shown on this system; `null` where it was. */
  readonly notShown: string | null
  readonly seconds: number
}

/** Plays a scenario to its end, whatever happens in it, and counts. */
export async function perform(scenario: Scenario, place: Place, screen: Screen): Promise<Row> {
  const startedAt = performance.now()
  const stage = new Stage(scenario.name, place, screen)
  const brokeOff: string[] = []
  try {
    await scenario.play(stage)
    await stage.close()
  } catch (error) {
    brokeOff.push((error as Error).message)
    await stage.kill()
  }
  const tally = tallyOf(await stage.answers(), stage.effects())
  const counts = stage.notShown === null ? faultsIn(tally, scenario.expected) : []
  return {
    scenario: scenario.name,
    isControl: scenario.isControl ?? false,
    tally,
    faults: [...brokeOff, ...stage.faults, ...counts],
    notShown: stage.notShown,
    seconds: (performance.now() - startedAt) / 1000,
  }
}
