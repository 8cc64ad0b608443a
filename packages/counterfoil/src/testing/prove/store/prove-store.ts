import { OptionInvalid, StoreUnavailable } from '../../../core/index.ts'
import { noScenario } from '../no-scenario.ts'
import type { ProofProgress } from '../progress.ts'
import type { Proof, ScenarioProof } from '../proof.ts'
import { versionsHere } from '../versions.ts'
import type { StoreProofOptions } from './options.ts'
import { inPlace } from './place.ts'
import {
  notCounted,
  type Played,
  type Scenario,
  type StoreKind,
  type TellRound,
  type Testbed,
} from './scenario.ts'
import { scenarios } from './scenarios/index.ts'
import type { StoreToProve } from './store-to-prove.ts'
import { answersOf, timelineOf } from './summary.ts'
import { termsOf, toldTerms } from './terms.ts'

/**
 * Holds a store to the contract of receipts, as it stands: its own server, driver and settings, in a place of its own beside
 * the receipts that it keeps. Every call of its storms is recorded, and the history must be one that some order of the
 * calls explains (`checkHistory`). Each promise is judged *held*, *broken* or *not shown*.
 *
 * @throws {StoreUnavailable} where the store can't be reached, or can't give a place of its own.
 * @throws {OptionInvalid}
 */
export async function proveStore(store: StoreToProve, options: StoreProofOptions = {}): Promise<Proof> {
  const terms = termsOf(options)
  const asked = askedFor(options.only)
  const startedAt = new Date()
  const startedMs = performance.now()
  const left: string[] = []
  const leave = (name: string): void => void left.push(name)
  const testbed: Testbed = {
    store,
    terms,
    kind: await kindOf({ store, leave }),
    signal: options.signal ?? new AbortController().signal,
    leave,
  }
  const chosen = asked ?? scenarios.filter((scenario) => scenario.appliesTo(testbed.kind))
  return {
    of: 'store',
    target: store.target,
    startedAt: startedAt.toISOString(),
    scenarios: await playAll(chosen, testbed, options.onProgress ?? (() => {})),
    durationMs: Math.round(performance.now() - startedMs),
    seed: terms.seed,
    terms: [...toldTerms(terms), ...left.map((name) => ['left behind', name] as const)],
    versions: versionsHere(),
  }
}

async function playAll(
  chosen: readonly Scenario[],
  testbed: Testbed,
  tell: (progress: ProofProgress) => void,
): Promise<readonly ScenarioProof[]> {
  const proofs: ScenarioProof[] = []
  let refused: string | undefined
  let sent = 0
  for (const [index, scenario] of chosen.entries()) {
    const why = refused ?? scenario.missing(testbed) ?? (testbed.signal.aborted ? STOPPED : undefined)
    const { id, title } = scenario
    const tellRound = (round: number, rounds: number): void =>
      tell({ scenario: { id, title }, at: index + 1, of: chosen.length, round, rounds, sent })
    const played = why === undefined ? await playOne(scenario, testbed, tellRound) : notPlayed(why)
    const proof = proofOf(scenario, played)
    // What won't be opened under these settings can't be played on.
    if (id === 'settings' && proof.verdict.kind === 'broken') refused = REFUSED
    sent += proof.requests
    proofs.push(proof)
  }
  return proofs
}

async function playOne(scenario: Scenario, testbed: Testbed, tell: TellRound): Promise<Played> {
  try {
    return await scenario.play(testbed, tell)
  } catch (error) {
    if (error instanceof StoreUnavailable) return notPlayed(error.message)
    throw error
  }
}

const STOPPED = 'The run was stopped.'
const REFUSED = 'Put the settings right first: under these the store is not to be used.'

function proofOf({ id, title }: Scenario, played: Played): ScenarioProof {
  return {
    id,
    title,
    verdict: played.verdict,
    rounds: played.rounds,
    requests: played.events.length + played.others,
    answers: answersOf(played.events),
    effects: played.effects,
    spreadMs: null,
    timeline: timelineOf(played.shown),
  }
}

function notPlayed(why: string): Played {
  return {
    verdict: { kind: 'not_shown', why },
    rounds: 0,
    events: [],
    shown: [],
    others: 0,
    effects: notCounted,
  }
}

async function kindOf(reach: Pick<Testbed, 'store' | 'leave'>): Promise<StoreKind> {
  return inPlace(reach, async (subject, { network, clock }) => ({
    network,
    clock,
    shared: subject.startProcess !== undefined,
  }))
}

function askedFor(only: readonly string[] | undefined): readonly Scenario[] | undefined {
  if (only === undefined) return undefined
  const fits = (id: string, wanted: string): boolean => id === wanted || id.startsWith(`${wanted}-`)
  const unknown = only.find((wanted) => !scenarios.some(({ id }) => fits(id, wanted)))
  if (unknown !== undefined || only.length === 0) {
    throw new OptionInvalid(
      'only',
      `${noScenario(unknown)}give one or more of: ${scenarios.map(({ id }) => id).join(', ')}`,
    )
  }
  return scenarios.filter(({ id }) => only.some((wanted) => fits(id, wanted)))
}
