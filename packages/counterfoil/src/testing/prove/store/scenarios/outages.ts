import { setTimeout } from 'node:timers/promises'
import type { StoreUnderTest } from '../../../contract-case.ts'
import type { StormPlan } from '../../../storm/storm-plan.ts'
import { faultIn } from '../judge.ts'
import { inPlace } from '../place.ts'
import { playRounds } from '../rounds.ts'
import { isShared, type Scenario, type Testbed } from '../scenario.ts'
import { newKeys, seedOf } from './storms.ts'

const KEYS = 40
const REST_MS = 60
/** From the storm's start: some calls are answered by then, and many are still to come. */
const STRIKES_AFTER_MS = 400
const LOOK_EVERY_MS = 100

export const restart: Scenario = outage(
  'restart',
  'What was acknowledged in a storm outlives a crash or a restart of the server.',
  ({ terms: { restart } }) =>
    restart === undefined ? 'Give a command that restarts the server (--restart-cmd).' : undefined,
  async ({ kill, restart }) => {
    await kill?.()
    await restart?.()
  },
)

export const failover: Scenario = outage(
  'failover',
  'What was acknowledged in a storm outlives a failover to another server.',
  ({ terms: { failover } }) =>
    failover === undefined
      ? 'Give a command that makes another server take over (--failover-cmd).'
      : undefined,
  async ({ failover }) => failover?.(),
)

/** One storm in whose midst it happens, and one over the same keys once the store is back. */
function outage(
  id: string,
  title: string,
  missing: Scenario['missing'],
  strike: (terms: Testbed['terms']) => Promise<void>,
): Scenario {
  return {
    id,
    title,
    appliesTo: ({ network, shared }) => shared && network.kind !== 'none',
    missing: (testbed) =>
      isShared(testbed.kind) && testbed.kind.network.kind !== 'none'
        ? missing(testbed)
        : 'The store has no server of its own that could end.',
    play: (testbed, tell) =>
      inPlace(testbed, (subject) =>
        playRounds(testbed, subject, 1, tell, async (storm, round) => {
          const keys = newKeys(KEYS)
          const planFor =
            (part: number) =>
            (index: number): StormPlan => ({
              storm: 'mixed',
              keys,
              calls: testbed.terms.calls,
              concurrency: 4,
              seed: seedOf(testbed, round + part, index),
              caller: `process ${index + 1}`,
              kept: 'long',
              restMs: REST_MS,
              outages: 'expected',
            })
          const [before, failed] = await Promise.all([storm(planFor(0)), struck(testbed, strike)])
          if (failed !== undefined) return { events: before, verdict: { kind: 'not_shown', why: failed } }
          const back = await isBack(subject, testbed.terms.backWithinMs)
          const after = back ? await storm(planFor(1)) : []
          const events = [...before, ...after]
          const verdict = faultIn(events, testbed.terms.clockSlackMs)
          if (verdict !== undefined) return { events, verdict }
          const settled = before.some(({ call, answer }) => call === 'settle' && answer.kind === 'written')
          if (back && settled) return { events, verdict: undefined }
          const why = back
            ? 'Nothing was settled before the server ended: give more calls.'
            : `The store was not back within ${testbed.terms.backWithinMs} ms.`
          return { events, verdict: { kind: 'not_shown', why } }
        }),
      ),
  }
}

/** @returns what kept it from happening; nothing where it did. */
async function struck(
  { terms }: Testbed,
  strike: (terms: Testbed['terms']) => Promise<void>,
): Promise<string | undefined> {
  await setTimeout(STRIKES_AFTER_MS)
  try {
    await strike(terms)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function isBack(subject: StoreUnderTest, withinMs: number): Promise<boolean> {
  const endsAt = performance.now() + withinMs
  while (performance.now() < endsAt) {
    try {
      const store = await subject.open()
      await store.stats().finally(() => store.close())
      return true
    } catch {
      await setTimeout(LOOK_EVERY_MS)
    }
  }
  return false
}
