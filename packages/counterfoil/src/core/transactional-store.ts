import type { TransactionCrashPoint } from './crash-points.ts'
import type { ClaimDecision, ClaimRequest } from './decide-claim.ts'
import type { Settlement } from './decide-settle.ts'
import type { Receipt, Running } from './receipt.ts'
import type { ReceiptStore } from './store.ts'

/**
 * A store that keeps its receipts in the user's own SQL database, so that a receipt and the effect can commit together.
 * What it promises beyond `ReceiptStore` is this page.
 */
export interface TransactionalStore<Tx, P extends Pace = Pace> extends ReceiptStore {
  readonly transactions: StoreTransactions<Tx, P>
}

/** Whether a transaction is driven by calls that answer at once, or by calls that answer later. */
export type Pace = 'sync' | 'async'

export type Paced<P extends Pace, T> = P extends 'sync' ? T : Promise<T>

export interface StoreTransactions<Tx, P extends Pace> {
  readonly pace: P

  /**
   * One transaction, on one connection: the claim (`decideClaim`); if it is won, a savepoint, then `work`, then what
   * `work` answers. Nobody else sees any of it before the commit, and a crash at any moment leaves all of it or
   * nothing. If the claim isn't won, nothing changes.
   *
   * A rival's open transaction on the same key is waited for, by no more than `waitMs` for each lock. Whatever it comes
   * to is then decided upon: its receipt, or none if it was rolled back.
   *
   * Where `within` is given, the transaction is the caller's, already open: nothing is committed or rolled back but
   * back to a savepoint of this call's own, and every setting is again as it was when `work` begins and in the end.
   *
   * @returns within a bound, but for `work`.
   * @throws {StoreUnavailable | StoreFull} where nothing was committed
   * @throws what COMMIT was refused with (a deferred constraint of the user's, …): nothing was committed either
   */
  transact(terms: TransactionTerms<Tx>, work: TransactionWork<Tx, P>): Promise<TransactionAnswer>
}

export interface TransactionTerms<Tx> {
  /** Sent again under the same token, it finds what a commit whose answer was lost has come to. */
  readonly request: ClaimRequest
  readonly waitMs: number
  /** The caller's own open transaction; `undefined`: the store opens one and commits it. */
  readonly within: Tx | undefined
  /** For tests: called at each of `transactionCrashPoints` but the first. */
  readonly reach: ((point: TransactionCrashPoint) => void) | undefined
}

/** What is done under the claim, before it is settled. It never throws. */
export type TransactionWork<Tx, P extends Pace> = (
  receipt: Running,
  tx: Tx,
  steps: TransactionSteps<P>,
) => Paced<P, TransactionEnding>

/** The results of the receipt's steps, read and written in the transaction. */
export interface TransactionSteps<P extends Pace> {
  read(): Paced<P, ReadonlyMap<string, Uint8Array>>
  /** The first result written for a step stays. */
  save(step: string, result: Uint8Array): Paced<P, void>
}

export type TransactionEnding =
  /** Settle, and commit it with the effect. */
  | (Settling & { readonly kind: 'commit' })
  /** Undo the effect, back to the savepoint; settle, and commit that. */
  | (Settling & { readonly kind: 'undo' })
  /**
   * Undo everything, the claim too. `error`: what the handler failed with. `runs_on`: it should have ended and has not,
   * and from now on `tx` must be of no use to it.
   */
  | { readonly kind: 'roll_back'; readonly error: unknown; readonly handler: 'ended' | 'runs_on' }

export interface Settling {
  readonly settlement: Settlement
  /** To be counted before it is settled, each by `decideRefused`. */
  readonly refused: readonly { readonly step: string; readonly generation: number }[]
}

export type TransactionAnswer =
  /** As committed; of a caller's own transaction, as it will be once that commits. */
  | { readonly kind: 'settled'; readonly receipt: Receipt }
  | { readonly kind: 'rolled_back' }
  /** The claim was not won, and this is why. */
  | { readonly kind: 'not_claimed'; readonly decision: Exclude<ClaimDecision, { readonly kind: 'claimed' }> }
  /** A rival's open transaction holds the key, and the wait is over. */
  | { readonly kind: 'busy' }
  /** It met another transaction (a serialization failure, a deadlock): nothing was committed, and it may be done again. */
  | { readonly kind: 'clashed'; readonly error: unknown }
  /** The answer to COMMIT was lost. */
  | { readonly kind: 'commit_unknown'; readonly error: unknown }

/** Whether the store was made to share its transactions. */
export function isTransactional<Tx, P extends Pace>(
  store: ReceiptStore | TransactionalStore<Tx, P>,
): store is TransactionalStore<Tx, P> {
  return 'transactions' in store && store.transactions !== undefined
}
