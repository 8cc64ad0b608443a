/**
 * - `first-time`: claim, effect, settle; each call has a key of its own.
 * - `replay`: each call's key has an outcome.
 * - `contended`: each key has 64 callers at once, of whom one runs the effect.
 */
export const workloads = ['first-time', 'replay', 'contended'] as const
export type Workload = (typeof workloads)[number]

export const CALLERS_A_KEY = 64

/** What is measured at a time: one contender under one load. */
export interface Cell {
  readonly workload: Workload
  /** Calls under way at any time. */
  readonly atOnce: number
}
