import type { PlaceApart } from '../../../core/index.ts'
import type { StormEvent } from '../../storm/storm-event.ts'
import type { EffectSummary, Verdict } from '../proof.ts'
import type { StoreToProve } from './store-to-prove.ts'
import type { StoreProofTerms } from './terms.ts'

/** One promise, and how a store is held to it. */
export interface Scenario {
  /** Stays, whatever becomes of the title. */
  readonly id: string
  /** The promise, as a sentence. */
  readonly title: string
  /** Whether it says anything of such a store: one that doesn't is played only if it is asked for by its id. */
  appliesTo(kind: StoreKind): boolean
  /** A sentence that says what stands in its way here; or `undefined`. */
  missing(testbed: Testbed): string | undefined
  play(testbed: Testbed, tell: TellRound): Promise<Played>
}

export type TellRound = (round: number, rounds: number) => void

export interface StoreKind {
  readonly network: PlaceApart['network']
  readonly clock: PlaceApart['clock']
  /** Whether other processes can open the same data. */
  readonly shared: boolean
}

/** What every scenario is given. */
export interface Testbed {
  readonly store: StoreToProve
  readonly kind: StoreKind
  readonly terms: StoreProofTerms
  readonly signal: AbortSignal
  /** Says that a place of this name could not be removed. */
  leave(name: string): void
}

/** What a scenario came to. */
export interface Played {
  readonly verdict: Verdict
  readonly rounds: number
  /** Every call that was recorded, in all rounds. */
  readonly events: readonly StormEvent[]
  /** Those of the round that shows most. */
  readonly shown: readonly StormEvent[]
  /** How many calls there were besides, that were not recorded one by one. */
  readonly others: number
  readonly effects: EffectSummary
}

export const notCounted: EffectSummary = { kind: 'not_counted' }

export function isShared({ shared }: StoreKind): boolean {
  return shared
}

export function sharedMissing({ kind }: Testbed): string | undefined {
  return isShared(kind) ? undefined : 'No other process can open the store, and the storm comes from several.'
}

export function nothingMissing(): undefined {
  return undefined
}
