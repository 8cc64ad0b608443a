import { chosen } from './chosen.ts'
import type { HttpProofOptions } from './options.ts'
import { type HttpScenarioNeed, missingFor, roundsOf, type Scenario, type ScenarioKind } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'
import { SURVEY_REQUESTS } from './survey.ts'
import { type HttpProofTerms, termsOf } from './terms.ts'

/** A promise that an endpoint is held to. */
export interface HttpScenario {
  readonly id: string
  /** The promise, as a sentence. */
  readonly title: string
  /** Options that it is not shown without. */
  readonly needs: readonly HttpScenarioNeed[]
  /** How often it is played. `race`: in all rounds. `plain`, `slow_race`: three times at most. `slow`: once. */
  readonly kind: ScenarioKind
}

/** All promises, in the order in which they are put to the test. */
export const httpScenarios: readonly HttpScenario[] = scenarios.map(({ id, title, needs, kind }) => ({
  id,
  title,
  needs,
  kind,
}))

export interface HttpProofPlan {
  /** The most that is sent, retries left out. */
  readonly requests: number
  readonly scenarios: readonly PlannedHttpScenario[]
}

export interface PlannedHttpScenario {
  readonly id: string
  readonly title: string
  readonly rounds: number
  readonly requests: number
  /** Why it will not be played: what to give. */
  readonly missing: string | null
}

/** What `proveHttp` would send with these options, without sending it. @throws {OptionInvalid} as it would */
export function planHttp(options: HttpProofOptions): HttpProofPlan {
  const terms = termsOf(options)
  const planned = chosen(options.only).map((scenario) => plannedFor(scenario, terms))
  const requests = planned.reduce((sum, one) => sum + one.requests, SURVEY_REQUESTS)
  return { requests, scenarios: planned }
}

function plannedFor(scenario: Scenario, terms: HttpProofTerms): PlannedHttpScenario {
  const { id, title } = scenario
  const missing = missingFor(scenario, terms) ?? null
  const rounds = missing === null ? roundsOf(scenario, terms) : 0
  return { id, title, rounds, requests: rounds * scenario.requests(terms), missing }
}
