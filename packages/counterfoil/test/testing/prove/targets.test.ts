import { describe, expect, it, vi } from 'vitest'
import { httpScenarios, type Proof } from '../../../src/testing/index.ts'
import { proofOf } from './proof-of.ts'
import { type Broken, brokenTargets, rightTargets } from './targets/catalogue.ts'
import type { TargetTerms } from './targets/terms.ts'

const soak = process.env.COUNTERFOIL_SOAK === '1'
const REPEATS = soak ? 50 : 1
/** Of the repeats of one service. */
const AT_A_TIME = soak ? 5 : 1
/** Of what must be held by a right service. */
const ROUNDS = soak ? 3 : 1
/** What is broken is found in the first that shows it. */
const ROUNDS_TO_FIND = 5
const REQUESTS = 10
/** One after the other, on a machine that is busy with something else. */
const PATIENCE_MS = soak ? 3_600_000 : 180_000

// Most of the time they wait: for leases, restarts, and the end of effects.
vi.setConfig({ maxConcurrency: soak ? 3 : 8, testTimeout: PATIENCE_MS })

const every = httpScenarios.map(({ id }) => id)
const slow = httpScenarios.filter(({ kind }) => kind.startsWith('slow')).map(({ id }) => id)
const atRest = every.filter((id) => !slow.includes(id))

describe.concurrent('Counterfoil', () => {
  it.concurrent.each([
    ['at-most-once', 'at rest', atRest],
    ['at-most-once', 'over leases and restarts', slow],
    ['at-least-once', 'at rest', atRest],
    ['at-least-once', 'over leases and restarts', slow],
  ] as const)('keeps every promise %s, %s', (guarantee, _when, only) =>
    holds({ layer: 'counterfoil', guarantee }, only),
  )
})

describe.concurrent('a right service of another kind', () => {
  it.concurrent.each(rightTargets)('is never found broken: $name', ({ terms, shows, hides }) =>
    holds(terms, soak ? every : shows, hides),
  )
})

it.concurrent('a crash holds nothing where it can only come before the effect, or after the answer', async () => {
  const [crash] = (await proofOf({ effect: 'last' }, { only: ['crash'], rounds: 3, requests: REQUESTS }))
    .scenarios
  expect(crash?.verdict).toMatchObject({
    kind: 'not_shown',
    why: expect.stringContaining('died before the request had its effect'),
  })
})

describe.concurrent('what is broken', () => {
  it.concurrent.each(brokenTargets)('is found: a service that $fault, by $foundBy', (broken) =>
    isFound(broken, soak ? every.filter((id) => id !== broken.foundBy) : []),
  )
})

async function holds(
  terms: Partial<TargetTerms>,
  only: readonly string[],
  hides: readonly string[] = [],
): Promise<void> {
  await repeated(async () => {
    const proof = await proofOf(terms, { only, rounds: ROUNDS, requests: REQUESTS })
    expect(brokenIn(proof), JSON.stringify(verdictsIn(proof))).toEqual([])
    const shown = Object.entries(verdictsIn(proof)).filter(([id]) => !hides.includes(id))
    expect(Object.fromEntries(shown)).toEqual(
      Object.fromEntries(only.filter((id) => !hides.includes(id)).map((id) => [id, 'held'])),
    )
  })
}

/** By what must find it, and by nothing that it keeps. */
async function isFound(
  { fault, terms, foundBy, alsoBy = [] }: Broken,
  others: readonly string[],
): Promise<void> {
  await repeated(async () => {
    const searched = await proofOf(
      { ...terms, fault },
      { only: [foundBy], rounds: ROUNDS_TO_FIND, requests: REQUESTS },
    )
    expect(brokenIn(searched), JSON.stringify(verdictsIn(searched))).toEqual([foundBy])
    if (others.length === 0) return
    const kept = await proofOf({ ...terms, fault }, { only: others, rounds: 1, requests: REQUESTS })
    const wrongly = brokenIn(kept).filter((id) => !alsoBy.includes(id))
    expect(wrongly, JSON.stringify(verdictsIn(kept))).toEqual([])
  })
}

async function repeated(once: () => Promise<void>): Promise<void> {
  let left = REPEATS
  const inTurn = async (): Promise<void> => {
    while (left-- > 0) await once()
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, inTurn))
}

function brokenIn({ scenarios }: Proof): readonly string[] {
  return scenarios.filter(({ verdict }) => verdict.kind === 'broken').map(({ id }) => id)
}

/** What isn't held says why. */
function verdictsIn({ scenarios }: Proof): Record<string, string> {
  return Object.fromEntries(
    scenarios.map(({ id, verdict }) => [
      id,
      verdict.kind === 'held' ? 'held' : `${verdict.kind}: ${verdict.why}`,
    ]),
  )
}
