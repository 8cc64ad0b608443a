import {
  OptionInvalid,
  type Pace,
  type ReceiptStore,
  ReceiptsClosed,
  StillInProgress,
  type StoreTransactions,
  type TransactionalStore,
} from '../core/index.ts'
import { type Call, Preparation } from './call.ts'
import type { Conclusion } from './caller.ts'
import type { Engine } from './engine.ts'
import { valueIn } from './handler.ts'
import { Latency } from './latency.ts'
import { replayedResult } from './replayed-result.ts'
import type { Settings } from './settings.ts'
import { type TransactionEnd, TransactionRun } from './transaction-run.ts'
import { retryAfterBusyMs, type Turns } from './transaction-turns.ts'
import type { TransactionHandler, WorkDone } from './transaction-work.ts'

/** What a store's transactions are to a handler: of one that shares none, `never`. */
export type TxOf<S extends ReceiptStore> = S extends TransactionalStore<infer Tx, infer _> ? Tx : never
export type PaceOf<S extends ReceiptStore> = S extends TransactionalStore<infer _, infer P> ? P : never

/** A request to run an operation once, in a transaction. */
export interface CallInTransaction<Tx> extends Call {
  /**
   * A transaction of your own, open already. The receipt and the effect are then written in it, and **count once you
   * commit it**: until then every other call with this key waits. Roll it back, and nothing has happened. Give it here
   * once for each key, and commit soon. Default: the store opens a transaction, and commits it.
   */
  readonly within?: Tx
}

export interface TransactionResult<T> {
  /** The decoded copy of what the receipt keeps: the same for the first caller as for every retry. */
  readonly value: T
  /** Whether it is an earlier attempt's outcome; `false` where this call's own handler ran. */
  readonly replayed: boolean
  /** The attempt whose outcome it is. */
  readonly attempt: number
  /**
   * How the receipt stands. `not_kept`: it says that this succeeded, and a retry will get `OutcomeNotKept`, since the
   * value was too large or the codec can't encode it. `rolled_back`: `classify` said of what the handler returned that
   * it failed; nothing was committed, and a retry runs again.
   */
  readonly receipt: 'settled' | 'not_kept' | 'rolled_back'
}

/**
 * A named action whose whole effect is in the store's own database: claim, effect and outcome commit together, or none
 * of them does.
 */
export interface TransactionalOperation<Tx, P extends Pace, T = unknown> {
  readonly name: string
  /**
   * Runs the handler in a transaction if this is the first call with its key, and gives back what the first one came to
   * if it isn't. What it does through `tx` happens exactly once for as long as the key is remembered; what it does
   * otherwise does not: the handler may run several times before one run is committed.
   *
   * What the handler throws rolls everything back: the caller gets that error, and a retry runs again. A refusal that is
   * to stand is said by `attempt.rejected()`, or by `classify`.
   *
   * @throws {KeyConflict} the key was used with another request
   * @throws {StillInProgress} another call's transaction with this key is open, and the wait has ended or was not wanted
   * @throws {OutcomeUnknown} the answer to COMMIT was lost, and nobody could be asked: a retry tells
   * @throws {OutcomeExpired | OutcomeNotKept} it ran, and its outcome isn't kept (any more)
   * @throws {StoredFailure} it was rejected; or it failed while this call waited for it
   * @throws {StoreUnavailable | StoreFull} nothing was committed
   * @throws {KeyInvalid | ScopeInvalid | UnfingerprintableRequest | OptionInvalid} the call can't be used as it stands
   * @throws {OtherCredentials | FingerprintUnknown | OutcomeUnreadable | ReceiptsClosed}
   * @throws the reason of the call's own signal, where that has fired: its transaction goes on
   * @throws what COMMIT was refused with, where a constraint is deferred to it: nothing was committed
   */
  onceInTransaction<V extends T>(
    call: CallInTransaction<Tx>,
    handler: TransactionHandler<Tx, P, V>,
  ): Promise<TransactionResult<V>>
}

export class EngineTransactionalOperation<Tx, P extends Pace, T> implements TransactionalOperation<Tx, P, T> {
  readonly definedBy = 'transactional'
  readonly name: string
  readonly settings: Settings
  readonly #engine: Engine
  readonly #turns: Turns
  readonly #transactions: StoreTransactions<Tx, P>
  readonly #preparation: Preparation
  readonly #latency = new Latency()

  /** @throws {IgnoredMemberInvalid} */
  constructor(
    engine: Engine,
    turns: Turns,
    transactions: StoreTransactions<Tx, P>,
    name: string,
    settings: Settings,
  ) {
    this.name = name
    this.settings = settings
    this.#engine = engine
    this.#turns = turns
    this.#transactions = transactions
    this.#preparation = new Preparation(name, settings, engine.hashKeys)
  }

  async onceInTransaction<V extends T>(
    call: CallInTransaction<Tx>,
    handler: TransactionHandler<Tx, P, V>,
  ): Promise<TransactionResult<V>> {
    if (this.#engine.closing) throw new ReceiptsClosed()
    if (typeof handler !== 'function') {
      throw new OptionInvalid(
        'handler',
        'pass the function that has the side effect as the second argument of onceInTransaction()',
      )
    }
    const prepared = this.#preparation.prepare(call)
    const run = new TransactionRun<Tx, P, V>({
      engine: this.#engine,
      settings: this.settings,
      transactions: this.#transactions,
      call: prepared,
      handler,
    })
    if (call.within === undefined) {
      const joining = { call: prepared, signal: call.signal, run }
      return this.#resultOf(await this.#turns.join(joining, this.settings, this.#latency), run.done)
    }
    call.signal?.throwIfAborted()
    const end = await this.#turns.beside(run.within(call.within, this.settings.waitMs))
    return this.#resultOf(this.#conclusionOf(end, prepared.terms.id, run.done), run.done)
  }

  #conclusionOf(end: TransactionEnd, id: string, done: WorkDone<unknown> | undefined): Conclusion {
    const { events } = this.#engine
    switch (end.kind) {
      case 'ran': {
        const { receipt } = end
        const outcome = done?.outcome ?? null
        return { kind: 'ran', receipt, attempt: receipt.attempt, standing: 'settled', outcome }
      }
      case 'replay':
        events.emit({ type: 'replayed', id, operation: this.name, attempt: end.receipt.attempt })
        return { ...end, kind: 'replayed' }
      case 'busy': {
        const { waitMs } = this.settings
        const why = waitMs === 0 ? 'rejected' : 'wait_ended'
        events.emit({ type: 'refused', id, operation: this.name, why })
        throw new StillInProgress(this.name, why, retryAfterBusyMs(this.#latency, waitMs))
      }
      case 'rolled_back':
        return end
    }
  }

  #resultOf<V>(conclusion: Conclusion, done: WorkDone<V> | undefined): TransactionResult<V> {
    const about = { operation: this.name, codec: this.settings.codec }
    if (conclusion.kind === 'replayed') return replayedResult<V>(conclusion, about)
    if (done === undefined) throw new TypeError('no handler ran')
    const { ended, outcome } = done
    if (ended.kind === 'threw') throw ended.error
    if (conclusion.kind === 'rolled_back') {
      return { value: ended.value, replayed: false, attempt: conclusion.attempt, receipt: 'rolled_back' }
    }
    if (conclusion.kind !== 'ran') throw new TypeError(`a call to run can't end as ${conclusion.kind}`)
    const { attempt } = conclusion
    // The decoded copy for the first caller too, so that a value which doesn't survive shows in the first test.
    return outcome?.kind === 'value'
      ? {
          value: valueIn<V>(outcome, { ...about, attempt, standing: 'final' }),
          replayed: false,
          attempt,
          receipt: 'settled',
        }
      : { value: ended.value, replayed: false, attempt, receipt: 'not_kept' }
  }
}
