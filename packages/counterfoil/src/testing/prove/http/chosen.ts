import { OptionInvalid } from '../../../core/index.ts'
import { noScenario } from '../no-scenario.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'

/** Those that were asked for, in the order in which they are played. @throws {OptionInvalid} for an unknown id */
export function chosen(only: readonly string[] | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios
  const known = scenarios.map(({ id }) => id)
  const unknown = only.find((id) => !known.includes(id))
  if (only.length === 0 || unknown !== undefined) {
    throw new OptionInvalid('only', `${noScenario(unknown)}give one or more of: ${known.join(', ')}`)
  }
  return scenarios.filter(({ id }) => only.includes(id))
}
