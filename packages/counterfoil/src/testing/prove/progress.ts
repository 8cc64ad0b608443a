/** How far a proof is, told when a round begins. */
export interface ProofProgress {
  readonly scenario: { readonly id: string; readonly title: string }
  /** Which scenario it is of how many, from 1. */
  readonly at: number
  readonly of: number
  /** Which round, from 1. */
  readonly round: number
  readonly rounds: number
  /** Requests, or a store's calls, of the scenarios before this one. */
  readonly sent: number
}
