import { OptionInvalid } from '../../../core/index.ts'
import type { Proof, ScenarioProof } from '../proof.ts'
import { versionsHere } from '../versions.ts'
import { Counter } from './counter.ts'
import { destinationOf, untilReachable } from './destination.ts'
import { Unmeasured } from './finding.ts'
import type { Ground } from './ground.ts'
import { newKeys } from './keys.ts'
import type { HttpProofOptions, HttpProofProgress } from './options.ts'
import { notPlayed, playScenario } from './play.ts'
import { missingFor, type Scenario } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'
import { Shooters } from './shooting/shooters.ts'
import { survey } from './survey.ts'
import { type HttpProofTerms, termsOf } from './terms.ts'
import { toldTerms } from './told-terms.ts'

/**
 * Holds an HTTP endpoint to what an idempotent one promises, whatever it is made of: it sends requests, many of them at
 * the same millisecond from several processes, looks at what comes back, and judges each promise *held*, *broken* or
 * *not shown*. It never calls held what could not be measured.
 */
export async function proveHttp(options: HttpProofOptions): Promise<Proof> {
  const terms = termsOf(options)
  const played = chosen(options.only)
  const startedAt = new Date()
  const signal = options.signal ?? new AbortController().signal
  const destination = await destinationOf(terms, options.iOwnThis ?? false)
  const shooters = new Shooters(terms.processes, destination)
  const ground: Ground = {
    terms,
    shooters,
    counter: terms.countEffects === undefined ? undefined : new Counter(terms.countEffects),
    spelling: 'bare',
    latencyMs: 0,
    newKey: newKeys(terms.seed),
    untilReachable: () => untilReachable(destination, signal),
    signal,
  }
  try {
    return {
      of: 'http',
      target: targetOf(terms),
      startedAt: startedAt.toISOString(),
      scenarios: await playAll(played, ground, options.onProgress ?? (() => {})),
      durationMs: Date.now() - startedAt.getTime(),
      seed: terms.seed,
      terms: toldTerms(terms),
      versions: versionsHere(),
    }
  } finally {
    await shooters.close()
  }
}

async function playAll(
  played: readonly Scenario[],
  bare: Ground,
  tell: (progress: HttpProofProgress) => void,
): Promise<readonly ScenarioProof[]> {
  const surveyed = await surveyedOr(bare)
  const proofs: ScenarioProof[] = []
  let sent = 0
  for (const [index, scenario] of played.entries()) {
    const why =
      surveyed.why ?? missingFor(scenario, bare.terms) ?? (bare.signal.aborted ? STOPPED : undefined)
    if (surveyed.ground === undefined || why !== undefined) {
      proofs.push(notPlayed(scenario, why ?? STOPPED))
      continue
    }
    const proof = await playScenario(scenario, surveyed.ground, (round, rounds) => {
      const { id, title } = scenario
      tell({ scenario: { id, title }, at: index + 1, of: played.length, round, rounds, sent })
    })
    sent += proof.requests
    proofs.push(proof)
  }
  return proofs
}

const STOPPED = 'The run was stopped.'

async function surveyedOr(bare: Ground): Promise<{ ground?: Ground; why?: string }> {
  try {
    return { ground: await survey(bare) }
  } catch (error) {
    if (error instanceof Unmeasured) return { why: error.message }
    if (bare.signal.aborted) return { why: STOPPED }
    throw error
  }
}

function chosen(only: readonly string[] | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios
  const known = new Map(scenarios.map((scenario) => [scenario.id, scenario]))
  const unknown = only.find((id) => !known.has(id))
  if (unknown !== undefined || only.length === 0) {
    throw new OptionInvalid('only', `give one or more of: ${[...known.keys()].join(', ')}`)
  }
  return scenarios.filter(({ id }) => only.includes(id))
}

function targetOf({ url }: HttpProofTerms): string {
  return url.origin + url.pathname
}
