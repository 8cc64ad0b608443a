/** What one process or connection is to do, in plain JSON. */
export type StormPlan = OneKeyPlan | MixedPlan

/** All calls at once, on one key: one may be granted, and its caller settles at once. */
export interface OneKeyPlan {
  readonly storm: 'one key'
  readonly key: string
  readonly calls: number
  readonly caller: string
}

/** Several callers that claim, settle, settle late, renew, yield, abandon and send again, over a few keys. */
export interface MixedPlan {
  readonly storm: 'mixed'
  readonly keys: readonly string[]
  readonly calls: number
  /** Callers at a time. */
  readonly concurrency: number
  readonly seed: number
  readonly caller: string
}
