/** What one process or connection is to do, in plain JSON. */
export type StormPlan = OneKeyPlan | MixedPlan | ZombiesPlan

interface Part {
  readonly caller: string
  /** By how much the process's wall clock is wrong meanwhile. Default: not at all. */
  readonly clockSkewMs?: number
}

/** All calls at once, on one key: one may be granted, and its caller settles at once. */
export interface OneKeyPlan extends Part {
  readonly storm: 'one key'
  readonly key: string
  readonly calls: number
}

/** Several callers that claim, settle, settle late, renew, yield, abandon and send again, over a few keys. */
export interface MixedPlan extends Part {
  readonly storm: 'mixed'
  readonly keys: readonly string[]
  readonly calls: number
  /** Callers at a time. */
  readonly concurrency: number
  readonly seed: number
  /** `short`, the default: leases lapse and keys are forgotten meanwhile. `long`: what is settled stays. */
  readonly kept?: 'short' | 'long'
  /** The longest rest between two calls of one caller. Default 4. */
  readonly restMs?: number
  /** Whether the store may be gone for a while. Default: it never is. */
  readonly outages?: 'expected'
}

/** Of each key the first holder stops past its lease, and then goes on as if nothing had happened. */
export interface ZombiesPlan extends Part {
  readonly storm: 'zombies'
  readonly keys: readonly string[]
  readonly leaseMs: number
}
