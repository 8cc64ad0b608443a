import type { Host } from './host.ts'

/** One call to an engine, as its caller sees it. */
export interface SimulatedCall {
  readonly number: number
  readonly on: Host
  readonly id: string
  readonly startedAt: number
  runs: number
  /** Whether its own handler never ends. */
  stuck: boolean
  end: End | undefined
}

/** How a call ended for its caller, if it has. */
export type End =
  | { readonly kind: 'value'; readonly value: string; readonly own: boolean; readonly settled: boolean }
  | { readonly kind: 'error'; readonly error: unknown }
