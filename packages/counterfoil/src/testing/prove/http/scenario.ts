import type { Expected } from './counter.ts'
import type { Round } from './round.ts'
import type { Ruling } from './ruling.ts'
import type { HttpProofTerms } from './terms.ts'
import type { Testbed } from './testbed.ts'

export type ScenarioKind = 'race' | 'plain' | 'slow' | 'slow_race'

/** One promise, and how it is put to the test. */
export interface Scenario {
  /** Stays, whatever becomes of the title. */
  readonly id: string
  /** The promise, as a sentence. */
  readonly title: string
  /**
   * How often it is played. `race`: in all rounds, since each may come out differently. `plain`: three times at most, since
   * luck plays no part. `slow`: once, since a round takes a lease or a restart as well. `slow_race`: three times at most,
   * since it takes them, and luck plays a part.
   */
  readonly kind: ScenarioKind
  /** Options that it can't do without, by their names. */
  readonly needs: readonly HttpScenarioNeed[]
  /** What else it lacks, a sentence; or `undefined`. */
  lacks?(terms: HttpProofTerms): string | undefined
  /**
   * `one_run`: that nothing ran twice. Where effects aren't counted, and the endpoint answers every run alike, that can't be
   * seen, and isn't shown. `answers`: what comes back is all there is to see.
   */
  readonly seenBy: 'one_run' | 'answers'
  /** How many effects a key may have when all is well. */
  effects(terms: HttpProofTerms): Expected
  /** The most requests that a round sends, retries left out. */
  requests(terms: HttpProofTerms): number
  /** What it does not show even where it held, a sentence; or `undefined`. */
  limits?(testbed: Testbed): string | undefined
  play(round: Round): Promise<Ruling>
}

export type HttpScenarioNeed = 'as' | 'kill' | 'limited' | 'refused' | 'restart' | 'secondUrl'

const gives: Readonly<Record<HttpScenarioNeed, string>> = {
  as: 'another caller’s credentials (--as)',
  kill: 'a command that kills the service (--kill-cmd)',
  limited: 'a header that makes the endpoint answer 429 (--limited-header)',
  refused: 'a header that makes its upstream refuse (--refused-header)',
  restart: 'a command that starts the service again (--restart-cmd)',
  secondUrl: 'a second endpoint that takes the same body (--second-url)',
}

/** A sentence that says what must be given; or `undefined`, where nothing is missing. */
export function missingFor(scenario: Scenario, terms: HttpProofTerms): string | undefined {
  const missing = scenario.needs.filter(
    (need) => (need === 'secondUrl' ? terms.secondTarget : terms[need]) === undefined,
  )
  if (missing.length > 0) return `Give ${missing.map((need) => gives[need]).join(', and ')}.`
  return scenario.lacks?.(terms)
}

export function roundsOf({ kind }: Scenario, { rounds }: HttpProofTerms): number {
  if (kind === 'race') return rounds
  return kind === 'slow' ? 1 : Math.min(3, rounds)
}
