import type { TransactionCrashPoint } from '../../src/core/index.ts'

/** The store and the table of effects that a worker process shares. */
export type StoreTerms =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly schema: string }

/** Where a worker kills itself: a crash point of the engine's, or within the handler once its SQL has run, or while COMMIT is under way. */
export type HitPoint = TransactionCrashPoint | 'in-handler' | 'in-commit'

export interface WorkerTerms {
  readonly store: StoreTerms
  /** One call on this key, which is killed there. */
  readonly dies?: { readonly key: string; readonly at: HitPoint; readonly refuses: boolean }
  /** So many calls at a time, on ever new keys, until it is killed. */
  readonly lanes?: number
  /** So many calls on each of so many keys, all at once, once it is told to go. */
  readonly storm?: { readonly keys: number; readonly calls: number }
}

/** What came of one call of a storm. */
export interface StormResult {
  readonly key: string
  readonly value: string
  readonly replayed: boolean
}
