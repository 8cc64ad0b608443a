import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as engine from '../../../src/engine/index.ts'
import { anyPlan } from './plan.ts'
import { simulate, type Tally } from './simulate.ts'

/** Each is one schedule of several processes, their callers and their faults. */
const INTERLEAVINGS = process.env.COUNTERFOIL_SOAK ? 500_000 : 10_000

/**
 * The same schedules in every `npm test`, so that red means that the change is; new ones in every soak. Set both to what
 * a failure has printed, and it happens again.
 */
const freshSeed = process.env.COUNTERFOIL_SOAK ? Date.now() % 2 ** 31 : 4711
const seed = Number(process.env.COUNTERFOIL_SEED ?? freshSeed)
const path = process.env.COUNTERFOIL_PATH

test(`no interleaving of callers, crashes, lost answers and lapsed leases breaks the promise (${INTERLEAVINGS} of them)`, async () => {
  const tally: Tally = { steps: 0, effects: 0, replays: 0, refusals: 0, takeovers: 0 }
  let runs = 0
  const holds = fc.asyncProperty(anyPlan, fc.nat(2 ** 31), async (plan, chance) => {
    const one = await simulate(plan, chance, engine)
    runs += 1
    for (const name of Object.keys(tally) as (keyof Tally)[]) tally[name] += one[name]
  })
  const found = await fc.check(holds, { numRuns: INTERLEAVINGS, seed, ...(path ? { path } : {}) })
  if (found.counterexample) {
    const lines: string[] = []
    await simulate(...found.counterexample, engine, (line) => lines.push(line)).catch(() => undefined)
    const again = `COUNTERFOIL_SEED=${seed} COUNTERFOIL_PATH=${found.counterexamplePath}`
    const plan = JSON.stringify(found.counterexample)
    throw new Error(`${found.errorInstance}\n${plan}\n${lines.join('\n')}\nAgain: ${again}`)
  }
  if (path) return
  // A simulation in which nothing happens shows nothing.
  expect(runs).toBe(INTERLEAVINGS)
  expect(tally.effects).toBeGreaterThan(INTERLEAVINGS)
  expect(tally.replays).toBeGreaterThan(INTERLEAVINGS / 2)
  expect(tally.takeovers).toBeGreaterThan(INTERLEAVINGS / 4)
  console.info(`${runs} interleavings, seed ${seed}: ${JSON.stringify(tally)}`)
})
