import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HttpProofOptions, type Proof, proveHttp } from '../../../src/testing/index.ts'
import { Target } from './targets/target.ts'
import { type TargetTerms, usualTerms } from './targets/terms.ts'

// All these processes strip the types of the same few files: once is enough.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')

/** A proof of a target of its own, with all that a scenario may need. */
export async function proofOf(
  given: Partial<TargetTerms>,
  options: Pick<HttpProofOptions, 'only' | 'rounds' | 'requests'>,
): Promise<Proof> {
  const { guarantee, leaseMs } = { ...usualTerms, ...given }
  const target = await Target.start(given)
  try {
    return await proveHttp({
      url: `${target.url}/charges`,
      secondUrl: `${target.url}/refunds`,
      headers: [['Authorization', 'Bearer acme']],
      as: [['Authorization', 'Bearer zeta']],
      limited: [['Prefer', 'code=429']],
      refused: [['Prefer', 'code=502']],
      body: '{"amount":1250,"currency":"EUR"}',
      guarantee,
      leaseMs,
      marginMs: 500,
      processes: 1,
      countEffects: (key) => target.effects(key),
      kill: () => target.kill(),
      restart: () => target.restart(),
      ...options,
    })
  } finally {
    await target.close()
  }
}
