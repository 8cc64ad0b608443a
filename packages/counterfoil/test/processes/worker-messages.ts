import type { CrashPoint, GuaranteeName } from '../../src/core/index.ts'

/** What a worker process is started with. */
export interface WorkerTerms {
  readonly file: string
  readonly ledger: string
  readonly guarantee: GuaranteeName
  readonly leaseMs: number
  /** Where it kills itself; `in the transaction` is SQLite's own point between a settle's write and its COMMIT. */
  readonly diesAt?: CrashPoint | 'in the transaction'
}

export interface CallsOrder {
  readonly key: string
  readonly calls: number
  /** How long the effect takes, once it is in the ledger. */
  readonly effectMs: number
}

export type ToWorker = ({ readonly do: 'call' } & CallsOrder) | { readonly do: 'close' }

export type FromWorker =
  | { readonly say: 'ready' }
  /** The line is in the ledger; the handler still runs. */
  | { readonly say: 'effect' }
  | { readonly say: 'waiting' }
  | { readonly say: 'answers'; readonly answers: readonly Answer[] }

/** How a call ended, as its caller saw it. */
export type Answer =
  | { readonly value: string; readonly replayed: boolean; readonly attempt: number }
  | { readonly code: string }
