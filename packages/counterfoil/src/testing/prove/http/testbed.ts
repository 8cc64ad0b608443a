import type { Counter } from './counter.ts'
import type { Held } from './destination.ts'
import type { KeySpelling } from './request-bytes.ts'
import type { Shooters } from './shooting/shooters.ts'
import type { HttpProofTerms } from './terms.ts'

/** What all rounds of a proof stand on. */
export interface Testbed {
  readonly terms: HttpProofTerms
  readonly shooters: Shooters
  readonly counter: Counter | undefined
  /** Why there is no counter, though one was given. */
  readonly counterFault: string | undefined
  readonly spelling: KeySpelling
  /** How long the endpoint took for a first request by itself. */
  readonly latencyMs: number
  /** Of a first request by itself. 202 until that is known, which may be one. */
  readonly outcomeStatus: number
  /** Two runs have different answers: equal ones are then of one run. */
  readonly tellsRunsApart: boolean
  /** A new key, unlike any of this or another proof. */
  newKey(): string
  /** Resolves when the endpoint accepts connections. @throws {Unmeasured} where it doesn't in time */
  untilReachable(): Promise<void>
  /** Connects, and no more. */
  held(): Promise<Held>
  readonly signal: AbortSignal
}
