import type { ProofProgress } from '../progress.ts'
import type { Proof, ScenarioProof } from '../proof.ts'
import { versionsHere } from '../versions.ts'
import { chosen } from './chosen.ts'
import { Counter } from './counter.ts'
import { destinationOf, held, untilReachable } from './destination.ts'
import { newKeys } from './keys.ts'
import type { HttpProofOptions } from './options.ts'
import { notPlayed, type PlayedScenario, playScenario, STOPPED } from './play.ts'
import { Unmeasured } from './ruling.ts'
import { missingFor, type Scenario } from './scenario.ts'
import { controlled } from './service-control.ts'
import { Shooters } from './shooting/shooters.ts'
import { survey } from './survey.ts'
import { termsOf } from './terms.ts'
import type { Testbed } from './testbed.ts'
import { toldTerms } from './told-terms.ts'

/**
 * Holds an HTTP endpoint to what an idempotent one promises, in whatever language it is written: sends requests, many of
 * them in the same millisecond from several processes, looks at what comes back, and finds each promise *held*, *broken*
 * (with the requests that show it) or *not shown*. What could not be measured is never held, and `held` says what it
 * does not show.
 *
 * Every request has the effect that it has at the endpoint: run it where that harms nobody. With `countEffects` it judges
 * by effects, which is the surer way; without, by answers alone.
 *
 * @throws {OptionInvalid} for an option that is malformed
 * @throws {TargetNotLoopback} for another machine, unless `iOwnThis`
 * @throws {TargetUnreachable} where nothing accepts connections
 *
 * @example
 * test('charges are idempotent', async () => {
 *   const proof = await proveHttp({
 *     url: 'http://127.0.0.1:3000/charges',
 *     headers: [['Authorization', 'Bearer test']],
 *     body: JSON.stringify({ amount: 1250, currency: 'EUR' }),
 *     countEffects: async (key) => (await ledger.chargesOf(key)).length,
 *     rounds: 5,
 *   })
 *   const broken = proof.scenarios.filter(({ verdict }) => verdict.kind === 'broken')
 *   assert.deepEqual(broken, [])
 * })
 */
export async function proveHttp(options: HttpProofOptions): Promise<Proof> {
  const { terms, revive } = controlled(termsOf(options))
  const played = chosen(options.only)
  const startedAt = new Date()
  const startedMs = performance.now()
  const signal = options.signal ?? new AbortController().signal
  const destination = await destinationOf(terms, options.iOwnThis ?? false)
  const shooters = new Shooters(terms.processes, destination)
  const testbed: Testbed = {
    terms,
    shooters,
    counter: terms.countEffects === undefined ? undefined : new Counter(terms.countEffects),
    counterFault: undefined,
    spelling: 'bare',
    latencyMs: 0,
    outcomeStatus: 202,
    tellsRunsApart: false,
    newKey: newKeys(terms.seed),
    untilReachable: () => untilReachable(destination, signal),
    held: () => held(destination),
    signal,
  }
  try {
    const scenarios = await playAll(played, testbed, options.onProgress ?? (() => {}))
    const leftDead = await revive()
    return {
      of: 'http',
      target: terms.url.origin + terms.url.pathname,
      startedAt: startedAt.toISOString(),
      durationMs: Math.round(performance.now() - startedMs),
      seed: terms.seed,
      terms: [...toldTerms(terms), ...(leftDead === undefined ? [] : [['left dead', leftDead] as const])],
      versions: versionsHere(),
      scenarios,
    }
  } finally {
    await shooters.close()
    await revive()
  }
}

async function playAll(
  played: readonly Scenario[],
  bare: Testbed,
  tell: (progress: ProofProgress) => void,
): Promise<readonly ScenarioProof[]> {
  const surveyed = await surveyOf(bare)
  if ('why' in surveyed) return played.map((scenario) => notPlayed(scenario, surveyed.why).proof)
  const all: PlayedScenario[] = []
  let sent = 0
  for (const [index, scenario] of played.entries()) {
    const { id, title } = scenario
    const why = bare.signal.aborted ? STOPPED : missingFor(scenario, bare.terms)
    const one =
      why !== undefined
        ? notPlayed(scenario, why)
        : await playScenario(scenario, surveyed.testbed, (round, rounds) => {
            tell({ scenario: { id, title }, at: index + 1, of: played.length, round, rounds, sent })
          })
    sent += one.proof.requests
    all.push(one)
  }
  // By now much time has gone by, but for the last of them.
  const proofs: ScenarioProof[] = []
  for (const one of all) proofs.push(await one.lookAgain())
  return proofs
}

/** Where to play; or why nothing can be shown, which is then so for all scenarios. */
async function surveyOf(bare: Testbed): Promise<{ readonly testbed: Testbed } | { readonly why: string }> {
  try {
    return { testbed: await survey(bare) }
  } catch (error) {
    if (error instanceof Unmeasured) return { why: error.message }
    if (bare.signal.aborted) return { why: STOPPED }
    throw error
  }
}
