import {
  type HttpProofOptions,
  httpScenarios,
  type Proof,
  type ProofProgress,
  proveHttp,
} from 'counterfoil/testing'
import { type Place, startTarget } from './running-target.ts'
import { limited, refused } from './services/charge.ts'
import type { Target } from './targets.ts'

export type Effort = Pick<HttpProofOptions, 'requests' | 'processes' | 'rounds' | 'only' | 'seed'>

/** The same requests for each: what a target has no notion of is left out, and is then not shown. */
export async function proveTarget(
  target: Target,
  place: Place,
  effort: Effort,
  onProgress: (progress: ProofProgress) => void,
): Promise<Proof> {
  const { origin, service, countEffects, end } = await startTarget(target, place)
  try {
    const asked = effort.only ?? httpScenarios.map(({ id }) => id)
    const all: HttpProofOptions = {
      ...effort,
      only: asked.filter((id) => !(id in target.leftOut)),
      ...target.terms,
      url: origin + target.path,
      headers: [['Authorization', 'Bearer one']],
      body: JSON.stringify({ amount: 1250, currency: 'EUR', reference: 'order 4711' }),
      leaseMs: place.leaseMs,
      as: [['Authorization', 'Bearer another']],
      secondUrl: origin + target.secondPath,
      limited: [limited],
      refused: [refused],
      kill: () => service.kill(),
      restart: () => service.restart(),
      countEffects,
      onProgress,
    }
    const without = Object.keys(target.without)
    return await proveHttp(
      Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name))) as typeof all,
    )
  } finally {
    await end()
  }
}
