import type { CrashPoint, GuaranteeName } from '../../src/core/index.ts'

/**
 * Where a process may be hit: the engine's crash points, and two of SQLite's own. `in the transaction` is between a
 * settle's write and its COMMIT; `unanswered` is after the COMMIT, before its holder has heard of it.
 */
export type HitPoint = CrashPoint | 'in the transaction' | 'unanswered'

/** What a worker process is started with. */
export interface WorkerTerms {
  readonly file: string
  readonly ledger: string
  readonly guarantee: GuaranteeName
  readonly leaseMs: number
  readonly wait?: 'reject'
  /** Where it kills itself. */
  readonly diesAt?: HitPoint
  /** Where it stops itself, once, with SIGSTOP. */
  readonly stopsAt?: HitPoint
  /** How far its wall clock is ahead of the machine's; it can be stepped then. */
  readonly clockAheadMs?: number
  /** A store that is broken on purpose. */
  readonly broken?: 'check-then-set'
}

export interface CallsOrder {
  readonly key: string
  readonly calls: number
  /** How long the effect takes, once it is in the ledger, unless it is told to go on. */
  readonly effectMs: number
}

export type ToWorker =
  | ({ readonly do: 'call' } & CallsOrder)
  /** Calls on ever new keys, so many at a time. */
  | { readonly do: 'call on and on'; readonly atATime: number }
  | { readonly do: 'go on' }
  | { readonly do: 'step the clock'; readonly byMs: number }
  | { readonly do: 'close' }

export type FromWorker =
  | { readonly say: 'ready' }
  /** The line is in the ledger; the handler still runs. */
  | { readonly say: 'effect' }
  | { readonly say: 'waiting' }
  /** The store refused its settle. */
  | { readonly say: 'claim_lost' }
  | { readonly say: 'closing' }
  | { readonly say: 'answers'; readonly answers: readonly Answer[]; readonly endedAt: number }
  | { readonly say: 'answer'; readonly key: string; readonly answer: Answer }

/** How a call ended, as its caller saw it. */
export type Answer =
  | { readonly value: string; readonly replayed: boolean; readonly attempt: number }
  | { readonly code: string }
