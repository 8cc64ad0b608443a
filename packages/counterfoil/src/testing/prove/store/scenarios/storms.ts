import { randomUUID } from 'node:crypto'
import { faultIn } from '../judge.ts'
import { inPlace } from '../place.ts'
import { playRounds } from '../rounds.ts'
import {
  isShared,
  type Played,
  type Scenario,
  sharedMissing,
  type TellRound,
  type Testbed,
} from '../scenario.ts'

const KEYS = 4
const HAUNTED_KEYS = 8
/** So long that a call is answered within it, and so short that two of them pass. */
const HAUNTED_LEASE_MS = 300
const HOUR_MS = 3_600_000

export const storm: Scenario = {
  id: 'storm',
  title:
    'In a storm of claims, settles, renewals and lapses from several processes, one order of the calls explains every answer.',
  appliesTo: isShared,
  missing: sharedMissing,
  play: (testbed, tell) => playMixed(testbed, tell, () => 0),
}

export const clockSkew: Scenario = {
  id: 'clock-skew',
  title:
    'In a storm from hosts whose clocks differ by hours and by a day, one order of the calls explains every answer.',
  appliesTo: (kind) => isShared(kind) && kind.clock === 'server',
  missing: ({ kind }) =>
    kind.clock === 'host'
      ? 'Leases go by the clock of the one host that the store is for: there is no other.'
      : undefined,
  play: (testbed, tell) =>
    playMixed(testbed, tell, (index) => [0, HOUR_MS, -HOUR_MS, 24 * HOUR_MS][index % 4] as number),
}

export const zombies: Scenario = {
  id: 'zombies',
  title: 'A holder that stops past its lease and wakes up changes nothing once another has taken over.',
  appliesTo: isShared,
  missing: sharedMissing,
  play: (testbed, tell) =>
    inPlace(testbed, (subject) =>
      playRounds(testbed, subject, testbed.terms.rounds, tell, async (storm) => {
        const keys = newKeys(HAUNTED_KEYS)
        const plan = { storm: 'zombies', keys, leaseMs: HAUNTED_LEASE_MS } as const
        const events = await storm((index) => ({ ...plan, caller: `process ${index + 1}` }))
        const woke = events.some(({ call, answer }) => call === 'settle' && answer.kind === 'lost')
        const verdict = faultIn(events, testbed.terms.clockSlackMs)
        const why = 'No holder was overtaken: the processes were too slow, or the store is.'
        return { events, verdict: verdict ?? (woke ? undefined : { kind: 'not_shown', why }) }
      }),
    ),
}

function playMixed(testbed: Testbed, tell: TellRound, skewOf: (index: number) => number): Promise<Played> {
  const { terms } = testbed
  return inPlace(testbed, (subject) =>
    playRounds(testbed, subject, terms.rounds, tell, async (storm, round) => {
      const keys = newKeys(KEYS)
      const events = await storm((index) => ({
        storm: 'mixed',
        keys,
        calls: terms.calls,
        concurrency: 4,
        seed: seedOf(testbed, round, index),
        caller: `process ${index + 1}`,
        clockSkewMs: skewOf(index),
      }))
      return { events, verdict: faultIn(events, terms.clockSlackMs) }
    }),
  )
}

export function newKeys(count: number): readonly string[] {
  return Array.from({ length: count }, () => randomUUID())
}

export function seedOf({ terms }: Testbed, round: number, index: number): number {
  return terms.seed + round * terms.processes + index
}
