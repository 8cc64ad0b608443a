import {
  type Duration,
  durationMs,
  isTransactional,
  OperationRedefined,
  OptionInvalid,
  type Pace,
  type ReceiptStore,
  ReceiptsClosed,
  type SweepAnswer,
} from '../core/index.ts'
import { Background } from './background.ts'
import type { Engine } from './engine.ts'
import { eventsTo, type ReceiptEvent } from './events.ts'
import { EngineOperation, type Operation } from './operation.ts'
import { Pursuits } from './pursuits.ts'
import { RecoveryTimer } from './recovery-timer.ts'
import { type ReplayCacheOptions, withReplayCache } from './replay-cache.ts'
import { elapsedClock, nodeRuntime, type Runtime } from './runtime.ts'
import {
  differences,
  type OperationOptions,
  positive,
  refuseUnknown,
  type Settings,
  settingsOf,
  whole,
} from './settings.ts'
import { Sweeper } from './sweeper.ts'
import { noTransactions, type TransactionalOptions, transactionSettingsOf } from './transaction-settings.ts'
import { Turns } from './transaction-turns.ts'
import {
  EngineTransactionalOperation,
  type PaceOf,
  type TransactionalOperation,
  type TxOf,
} from './transactional-operation.ts'

export interface ReceiptsOptions<S extends ReceiptStore = ReceiptStore> {
  readonly store: S
  /**
   * Goes into every derived key (`attempt.keyFor`): the same in all processes, and kept. Without one, whoever knows a
   * receipt's key can compute the keys of its downstream calls.
   */
  readonly secret?: string
  /** Store no idempotency key in clear: operators then find a receipt by its key only if they have it. */
  readonly hashKeys?: true
  /** How often expired receipts are swept, and how many in a batch; `'off'` where another process does. Default every minute, 500. */
  readonly sweep?: { readonly every?: Duration; readonly batch?: number } | 'off'
  /** Calls that may wait in this process, over all receipts. Default 20,000. */
  readonly maxWaiters?: number
  /**
   * Replays what succeeded in the last seconds from this process's memory, within these bounds; `{}` for the usual ones.
   * Left out, every answer is the store's: a test that empties its store between two cases then sees it empty.
   */
  readonly replayCache?: ReplayCacheOptions
  /** Told of every transition and every answer, for logs and metrics. */
  readonly onEvent?: (event: ReceiptEvent) => unknown
  /** Time and randomness, for tests. */
  readonly runtime?: Runtime
}

/** The receipts of one store. */
export interface Receipts<S extends ReceiptStore = ReceiptStore> {
  /**
   * Defines an operation. Its name is part of every receipt's identity, so that renaming it forgets them.
   *
   * @throws {OptionInvalid} where an option is missing, malformed, or doesn't fit the others
   * @throws {OperationRedefined} where the name is defined already with other options
   */
  operation<T = unknown>(name: string, options: OperationOptions<T>): Operation<T>
  /**
   * Defines an operation whose whole effect is in the store's own database, and commits with its receipt: the guarantee
   * `transactional`. It has `onceInTransaction` in place of `once`: under one name an operation has one of the two only,
   * for as long as its receipts are kept.
   *
   * @throws {OptionInvalid} also where the store shares no transactions
   * @throws {OperationRedefined}
   */
  transactional<T = unknown>(
    name: string,
    options: TransactionalOptions<T> & Sharing<S>,
  ): TransactionalOperation<TxOf<S>, PaceOf<S>, T>
  /** Sweeps one batch now, whatever the timer does. */
  sweep(): Promise<SweepAnswer>
  /**
   * Takes no new calls, sends those away who only wait, lets what runs finish and settle, then closes the store. It waits
   * for every handler: one that never ends, and heeds no signal, keeps it waiting.
   */
  close(): Promise<void>
}

/** Where the store shares none, no options are right. */
type Sharing<S extends ReceiptStore> = [TxOf<S>] extends [never]
  ? { readonly store: 'shares no transactions with your tables' }
  : unknown

const DEFAULT_BATCH = 500

const OPTIONS: readonly string[] = [
  'store',
  'secret',
  'hashKeys',
  'sweep',
  'maxWaiters',
  'replayCache',
  'onEvent',
  'runtime',
] satisfies (keyof ReceiptsOptions)[]

export function createReceipts<S extends ReceiptStore>(options: ReceiptsOptions<S>): Receipts<S> {
  return new EngineReceipts(options) as Receipts<ReceiptStore> as Receipts<S>
}

type AnyOperation = EngineOperation<unknown> | EngineTransactionalOperation<unknown, Pace, unknown>

class EngineReceipts {
  readonly #engine: Engine
  /** As it was given: what a transaction replays, it has read in the store itself. */
  readonly #store: ReceiptStore
  readonly #pursuits: Pursuits
  readonly #batch: number
  readonly #sweeper: Sweeper | undefined
  readonly #turns: Turns
  readonly #operations = new Map<string, AnyOperation>()
  readonly #timers: RecoveryTimer[] = []
  #closed: Promise<void> | undefined

  constructor(options: ReceiptsOptions) {
    if (typeof options?.store?.claim !== 'function') {
      throw new OptionInvalid('store', "pass an open store, such as sqliteStore('receipts.db')")
    }
    refuseUnknown(options, OPTIONS)
    const runtime = options.runtime ?? nodeRuntime
    const elapsed = elapsedClock(runtime)
    const { store, replayCache } = options
    this.#store = store
    this.#engine = {
      store: replayCache === undefined ? store : withReplayCache(store, elapsed, replayCache),
      runtime,
      elapsed,
      events: eventsTo(options.onEvent),
      background: new Background(runtime),
      secret: options.secret ?? '',
      hashKeys: options.hashKeys ?? false,
      maxWaiters: whole('maxWaiters', options.maxWaiters ?? 20_000),
      waiters: 0,
      closing: false,
    }
    this.#pursuits = new Pursuits(this.#engine)
    this.#turns = new Turns(this.#engine)
    const sweep = options.sweep ?? {}
    this.#batch = sweep === 'off' ? DEFAULT_BATCH : (sweep.batch ?? DEFAULT_BATCH)
    if (!Number.isSafeInteger(this.#batch) || this.#batch < 1) {
      throw new OptionInvalid('sweep.batch', 'give a whole number of receipts, at least 1')
    }
    if (sweep !== 'off') {
      const everyMs = positive('sweep.every', durationMs('sweep.every', sweep.every ?? '1m'))
      this.#sweeper = new Sweeper(this.#engine, { everyMs, batch: this.#batch })
    }
  }

  operation<T>(name: string, options: OperationOptions<T>): Operation<T> {
    if (this.#engine.closing) throw new ReceiptsClosed()
    const settings = settingsOf(options)
    const defined = this.#defined(name, 'operation', settings)
    if (defined instanceof EngineOperation) return defined as Operation<unknown> as Operation<T>
    const operation = new EngineOperation<T>(this.#engine, this.#pursuits, name, settings)
    this.#operations.set(name, operation as EngineOperation<unknown>)
    if (settings.recoverEveryMs !== undefined) {
      this.#timers.push(new RecoveryTimer(this.#engine, operation, settings.recoverEveryMs))
    }
    return operation
  }

  transactional<T>(name: string, options: TransactionalOptions<T>): TransactionalOperation<unknown, Pace, T> {
    if (this.#engine.closing) throw new ReceiptsClosed()
    const store = this.#store
    if (!isTransactional<unknown, Pace>(store)) throw noTransactions(store.name)
    const settings = transactionSettingsOf(options)
    const defined = this.#defined(name, 'transactional', settings)
    if (defined instanceof EngineTransactionalOperation) return defined
    const operation = new EngineTransactionalOperation<unknown, Pace, unknown>(
      this.#engine,
      this.#turns,
      store.transactions,
      name,
      settings,
    )
    this.#operations.set(name, operation)
    return operation
  }

  /** @throws {OperationRedefined} */
  #defined(name: string, by: AnyOperation['definedBy'], settings: Settings): AnyOperation | undefined {
    const defined = this.#operations.get(name)
    if (defined === undefined) return undefined
    const other = defined.definedBy === by ? differences(defined.settings, settings) : ['guarantee']
    if (other.length > 0) throw new OperationRedefined(name, other)
    return defined
  }

  sweep(): Promise<SweepAnswer> {
    return this.#engine.store.sweep(this.#batch)
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { background, store } = this.#engine
    this.#engine.closing = true
    const timers = [...this.#timers, ...(this.#sweeper ? [this.#sweeper] : [])].map((timer) => timer.stop())
    await Promise.all([this.#pursuits.finish(), this.#turns.finish()])
    await Promise.all(timers)
    await background.finish()
    await store.close()
  }
}
