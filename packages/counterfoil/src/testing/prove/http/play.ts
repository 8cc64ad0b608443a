import type { ScenarioProof, TimelineEntry, Verdict } from '../proof.ts'
import { boundOf, unseenIn } from './bound.ts'
import type { Exchange } from './exchange.ts'
import { lateEffects } from './late-effects.ts'
import { Round } from './round.ts'
import { type Ruling, Unmeasured, unmeasured } from './ruling.ts'
import { roundsOf, type Scenario } from './scenario.ts'
import { monotonicMs } from './shooting/monotonic.ts'
import { Summary } from './summary.ts'
import type { Testbed } from './testbed.ts'
import { timelineOf } from './timeline.ts'

export const STOPPED = 'The run was stopped.'

/** Rounds in which something was in the way are played again, but not forever. */
const MOST_UNMEASURED = 3

interface Rounds {
  readonly verdict: Verdict
  readonly played: number
  readonly timeline: readonly TimelineEntry[]
  /** How many effects each key was last seen to have. */
  readonly counts: ReadonlyMap<string, number>
}

export interface PlayedScenario {
  readonly proof: ScenarioProof
  /** What it comes to when its keys are looked at once more: an effect may have come since. */
  lookAgain(): Promise<ScenarioProof>
}

/** Plays its rounds until one breaks the promise, or all held. @param began told when a round begins, from 1 */
export async function playScenario(
  scenario: Scenario,
  testbed: Testbed,
  began: (round: number, rounds: number) => void,
): Promise<PlayedScenario> {
  const summary = new Summary()
  const { verdict, played, timeline, counts } = await playRounds(scenario, testbed, summary, began)
  const endedAt = monotonicMs()
  const proofOf = (verdict: Verdict): ScenarioProof => ({
    id: scenario.id,
    title: scenario.title,
    verdict,
    rounds: played,
    requests: summary.requests,
    answers: summary.answers,
    effects: summary.effects(scenario.effects(testbed.terms)),
    spreadMs: summary.spreadMs,
    timeline,
  })
  return {
    proof: proofOf(verdict),
    async lookAgain() {
      if (verdict.kind !== 'held' || counts.size === 0 || testbed.signal.aborted) return proofOf(verdict)
      const late = await lateEffects(scenario, testbed, counts, summary)
      if (late.kind === 'broken') return proofOf(late)
      // What was shown by then is not lost where nobody counts any more.
      if (late.kind === 'unmeasured') return proofOf(verdict)
      const until = `Effects were looked for until ${Math.round((monotonicMs() - endedAt) / 100) / 10} s after its last round.`
      return proofOf({ kind: 'held', bound: `${verdict.bound} ${until}` })
    },
  }
}

/** A scenario that could not be played. */
export function notPlayed({ id, title }: Scenario, why: string): PlayedScenario {
  const proof: ScenarioProof = {
    id,
    title,
    verdict: { kind: 'not_shown', why },
    rounds: 0,
    requests: 0,
    answers: { statuses: [], bodies: [], latencyMs: null },
    effects: { kind: 'not_counted' },
    spreadMs: null,
    timeline: [],
  }
  return { proof, lookAgain: async () => proof }
}

async function playRounds(
  scenario: Scenario,
  testbed: Testbed,
  summary: Summary,
  began: (round: number, rounds: number) => void,
): Promise<Rounds> {
  const wanted = roundsOf(scenario, testbed.terms)
  const notes = new Set<string>()
  const counts = new Map<string, number>()
  let [held, inTheWay] = [0, 0]
  let timeline: readonly TimelineEntry[] = []
  const ended = (verdict: Verdict): Rounds => ({ verdict, played: held + inTheWay, timeline, counts })
  while (held < wanted) {
    began(held + 1, wanted)
    const { ruling, recorded, counted } = await playRound(scenario, testbed, summary)
    timeline = timelineOf(recorded)
    for (const [key, effects] of counted) counts.set(key, effects)
    if (ruling.kind === 'broken') {
      held += 1
      return ended(ruling)
    }
    if (ruling.kind === 'kept') {
      held += 1
      if (ruling.note !== undefined) notes.add(ruling.note)
      continue
    }
    inTheWay += 1
    notes.add(`In a round that was played again, nothing was to be seen: ${ruling.why}`)
    if (inTheWay >= MOST_UNMEASURED || testbed.signal.aborted)
      return ended({ kind: 'not_shown', why: ruling.why })
  }
  const late = await lateEffects(scenario, testbed, counts, summary)
  if (late.kind !== 'kept') return ended(late.kind === 'broken' ? late : { kind: 'not_shown', why: late.why })
  const unseen = unseenIn(scenario, testbed)
  if (unseen !== undefined) return ended({ kind: 'not_shown', why: unseen })
  return ended({ kind: 'held', bound: boundOf(scenario, testbed, { rounds: held, notes }) })
}

async function playRound(
  scenario: Scenario,
  testbed: Testbed,
  summary: Summary,
): Promise<{
  readonly ruling: Ruling
  readonly recorded: readonly Exchange[]
  readonly counted: ReadonlyMap<string, number>
}> {
  let round: Round | undefined
  let ruling: Ruling
  try {
    round = await Round.begin(testbed, testbed.terms.seed + summary.requests)
    ruling = await scenario.play(round)
  } catch (error) {
    ruling = unmeasured(whyNot(error, testbed.signal))
  }
  const { recorded = [], counted = new Map<string, number>(), spreadsMs = [] } = round ?? {}
  summary.add(recorded, spreadsMs)
  summary.addEffects(counted)
  return { ruling, recorded, counted }
}

/** @throws what is no sentence about the target */
function whyNot(error: unknown, signal: AbortSignal): string {
  if (error instanceof Unmeasured) return error.message
  if (signal.aborted) return STOPPED
  throw error
}
