import * as fc from 'fast-check'
import { type CrashPoint, crashPoints } from '../../../src/index.ts'

/** What happens in one simulated run, apart from chance: how long each way takes and which calls are lost. */
export interface Plan {
  readonly guarantee: 'at-most-once' | 'at-least-once'
  readonly recovery: 'none' | 'truthful' | 'forgetful'
  readonly keepsRequest: boolean
  readonly leaseMs: number
  readonly waitMs: number
  readonly weather: Weather
  readonly calls: readonly PlannedCall[]
  /** What the handlers do, in the order in which they begin; from the start again when all are used. */
  readonly scripts: readonly Script[]
  readonly mishaps: readonly Mishap[]
}

export interface Weather {
  /** The longest way to the store, or back. */
  readonly slowestMs: number
  /** Of a thousand calls, how many are lost on the way there, on the way back, or come late after all. */
  readonly lostOfThousand: number
}

export interface PlannedCall {
  readonly machine: number
  readonly key: number
  readonly at: number
  /** Its caller is gone after this long; `null`: it stays. */
  readonly goneAfterMs: number | null
  readonly asks: 'the same' | 'something else'
  /** How often it comes back after an answer that a retry may better. */
  readonly retries: number
}

export interface Script {
  readonly ms: number
  readonly ends: 'returns' | 'throws' | 'not_executed' | 'unknown' | 'cut_off' | 'never'
  /** Whether it stops when its signal fires. */
  readonly heedsSignal: boolean
}

export type Mishap =
  | { readonly what: 'crash'; readonly machine: number; readonly at: number }
  | {
      readonly what: 'crash_at'
      readonly machine: number
      readonly point: CrashPoint
      readonly passage: number
    }
  | { readonly what: 'suspend'; readonly machine: number; readonly at: number; readonly forMs: number }
  | { readonly what: 'close'; readonly machine: number; readonly at: number }
  | { readonly what: 'operator'; readonly key: number; readonly at: number }
  | { readonly what: 'recover_abandoned'; readonly machine: number; readonly at: number }

export const MACHINES = 3
export const KEYS = 2
/** Everything planned begins within this time. */
export const PLANNED_MS = 5000

const machine = fc.nat(MACHINES - 1)
const key = fc.nat(KEYS - 1)
const at = fc.oneof(fc.nat(30), fc.nat(PLANNED_MS))

const call: fc.Arbitrary<PlannedCall> = fc.record({
  machine,
  // Mostly one key: two keys are there to show that they don't meet.
  key: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: key }),
  at,
  goneAfterMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.nat(40) },
    { weight: 1, arbitrary: fc.nat(2000) },
  ),
  asks: fc.oneof(
    { weight: 12, arbitrary: fc.constant('the same' as const) },
    { weight: 1, arbitrary: fc.constant('something else' as const) },
  ),
  retries: fc.nat(2),
})

const script: fc.Arbitrary<Script> = fc.record({
  ms: fc.oneof(fc.nat(20), fc.nat(400), fc.nat(3000)),
  ends: fc.oneof(
    { weight: 8, arbitrary: fc.constant('returns' as const) },
    { weight: 2, arbitrary: fc.constant('throws' as const) },
    { weight: 2, arbitrary: fc.constant('not_executed' as const) },
    { weight: 1, arbitrary: fc.constant('unknown' as const) },
    { weight: 1, arbitrary: fc.constant('cut_off' as const) },
    { weight: 1, arbitrary: fc.constant('never' as const) },
  ),
  heedsSignal: fc.boolean(),
})

const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  fc.record({ what: fc.constant('crash' as const), machine, at }),
  fc.record({
    what: fc.constant('crash_at' as const),
    machine,
    point: fc.constantFrom(...crashPoints),
    passage: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ what: fc.constant('suspend' as const), machine, at, forMs: fc.nat(4000) }),
  fc.record({ what: fc.constant('close' as const), machine, at }),
  fc.record({ what: fc.constant('operator' as const), key, at }),
  fc.record({ what: fc.constant('recover_abandoned' as const), machine, at }),
)

export const anyPlan: fc.Arbitrary<Plan> = fc.record({
  guarantee: fc.constantFrom('at-most-once', 'at-least-once'),
  recovery: fc.constantFrom('none', 'truthful', 'forgetful'),
  keepsRequest: fc.boolean(),
  leaseMs: fc.constantFrom(300, 1000, 1000, 4000),
  waitMs: fc.constantFrom(0, 400, 3000, 3000),
  weather: fc.oneof(
    fc.record({ slowestMs: fc.constantFrom(0, 5, 30), lostOfThousand: fc.constant(0) }),
    fc.record({ slowestMs: fc.constantFrom(5, 30, 1500), lostOfThousand: fc.constantFrom(0, 50, 250) }),
  ),
  calls: fc.array(call, { minLength: 1, maxLength: 7, size: 'max' }),
  scripts: fc.array(script, { minLength: 1, maxLength: 4, size: 'max' }),
  mishaps: fc.array(mishap, { maxLength: 3, size: 'max' }),
})
