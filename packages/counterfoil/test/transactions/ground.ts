import { onTestFinished } from 'vitest'
import type { Pace, TransactionalStore } from '../../src/core/index.ts'
import {
  createReceipts,
  nodeRuntime,
  type ReceiptEvent,
  type Receipts,
  type ReceiptsOptions,
  type SyncTransactionAttempt,
  type TransactionAttempt,
  type TransactionalOperation,
  type TransactionalOptions,
  type TransactionHandler,
} from '../../src/index.ts'
import type { StoreTerms } from './worker-terms.ts'

export type AnyAttempt = TransactionAttempt | SyncTransactionAttempt

/** A transaction that a test has opened itself. */
export interface OwnTransaction<Tx> {
  readonly tx: Tx
  /** An effect of the caller's own, beside the operation's. */
  enter(key: string): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** A database with a table of effects in it, and a store that keeps its receipts there. */
export interface Ground<Tx, P extends Pace> {
  openStore(): TransactionalStore<Tx, P>
  /** A handler that enters its effect, then does what it is told to. */
  effect<V>(key: string, then: (attempt: AnyAttempt) => V): TransactionHandler<Tx, P, V>
  /** The committed effects, as another connection sees them. */
  effects(key: string): Promise<number>
  begin(): Promise<OwnTransaction<Tx>>
  /** Keys for which effects and receipts disagree: see `DISAGREEMENTS`. */
  disagreements(): Promise<readonly string[]>
  /** Where another process finds it. */
  readonly terms: StoreTerms
}

/** Makes the ground of one test. */
export type Prepare<Tx, P extends Pace> = () => Ground<Tx, P> | Promise<Ground<Tx, P>>

/** A process's receipts on that ground; closed with the test. */
export function receiptsOn<Tx, P extends Pace>(
  ground: Ground<Tx, P>,
  options: Omit<ReceiptsOptions, 'store'> & { readonly reach?: (point: string) => void } = {},
): { receipts: Receipts<TransactionalStore<Tx, P>>; events: ReceiptEvent[]; told: () => readonly string[] } {
  const { reach, runtime = nodeRuntime, ...rest } = options
  const events: ReceiptEvent[] = []
  const receipts = createReceipts({
    sweep: 'off',
    ...rest,
    store: ground.openStore(),
    onEvent: (event) => events.push(event),
    runtime: reach ? { ...runtime, reach } : runtime,
  })
  onTestFinished(() => receipts.close())
  return { receipts, events, told: () => events.map(({ type }) => type) }
}

/** The operation under test. */
export function orders<Tx, P extends Pace>(
  receipts: Receipts<TransactionalStore<Tx, P>>,
  options: TransactionalOptions = {},
): TransactionalOperation<Tx, P> {
  const define = receipts.transactional as (
    name: string,
    options: TransactionalOptions,
  ) => TransactionalOperation<Tx, P>
  return define.call(receipts, 'place-order', options)
}
