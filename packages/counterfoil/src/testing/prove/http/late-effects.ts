import { broken, kept, type Ruling, Unmeasured, unmeasured } from './ruling.ts'
import type { Scenario } from './scenario.ts'
import type { Summary } from './summary.ts'
import type { Testbed } from './testbed.ts'

/** Looks at all keys again: an effect may have come after its round was judged. */
export async function lateEffects(
  scenario: Scenario,
  { counter, terms }: Testbed,
  counts: ReadonlyMap<string, number>,
  summary: Summary,
): Promise<Ruling> {
  if (counter === undefined) return kept()
  const { most } = scenario.effects(terms)
  try {
    for (const [key, before] of counts) {
      const effects = await counter.now(key)
      summary.addEffects(new Map([[key, effects]]))
      if (effects > most && effects > before) {
        const says = `the key ${key} had ${effects} effects when it was looked at again, after the last round`
        return broken(`One key had ${effects} effects, the last of them long after its answers.`, [
          { atMs: 0, says },
        ])
      }
    }
  } catch (error) {
    if (error instanceof Unmeasured) return unmeasured(error.message)
    throw error
  }
  return kept()
}
