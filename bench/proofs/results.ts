import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Evidence, Proof, ScenarioProof, Verdict } from 'counterfoil/testing'
import type { TargetName } from './targets.ts'

/** What the page is made of. */
export interface Results {
  readonly command: string
  readonly date: string
  readonly machine: string
  readonly versions: readonly string[]
  readonly proofs: readonly KeptProof[]
}

export interface KeptProof {
  readonly target: TargetName
  readonly seed: number
  readonly durationMs: number
  readonly terms: Proof['terms']
  readonly scenarios: readonly KeptScenario[]
}

/** Without the timeline and the distributions, which are as long as the run was. */
export interface KeptScenario
  extends Pick<ScenarioProof, 'id' | 'title' | 'rounds' | 'requests' | 'effects'> {
  readonly verdict: Verdict
}

export function kept(target: TargetName, { seed, durationMs, terms, scenarios }: Proof): KeptProof {
  return {
    target,
    seed,
    durationMs,
    terms,
    scenarios: scenarios.map(({ id, title, rounds, requests, effects, verdict }) => ({
      id,
      title,
      rounds,
      requests,
      effects,
      verdict: verdict.kind === 'broken' ? { ...verdict, evidence: verdict.evidence.map(rounded) } : verdict,
    })),
  }
}

function rounded({ atMs, says }: Evidence): Evidence {
  return { atMs: Math.round(atMs), says }
}

const file: string = join(import.meta.dirname, '../../docs/proofs/results.json')

export function keepResults(results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, undefined, 1)}\n`)
}

export function keptResults(): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results
}
