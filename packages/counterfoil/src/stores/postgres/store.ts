import {
  type AbandonedQuery,
  type ClaimDecision,
  type ClaimRequest,
  type Fence,
  type FencedAnswer,
  type Finding,
  type HandAnswer,
  type HandChange,
  type HandTarget,
  type InProgress,
  type ListAnswer,
  type ListFilter,
  type Page,
  Passing,
  type Reading,
  type ReceiptId,
  type Running,
  type Settlement,
  type StoreDescription,
  type StoreStats,
  type StoreTransactions,
  StoreUnavailable,
  type SweepAnswer,
  type TransactionAnswer,
  type TransactionalStore,
  type TransactionTerms,
  type TransactionWork,
  timerMs,
  type Watch,
} from '../../core/index.ts'
import { age } from './age.ts'
import { type Asked, askOne } from './ask.ts'
import { audit } from './audit.ts'
import { Calls } from './calls.ts'
import { changeByHand } from './change-by-hand.ts'
import { claim } from './claim.ts'
import { openDriver } from './connect.ts'
import { describe } from './describe.ts'
import { type Driver, LOCK_MS } from './driver.ts'
import { MAX_BYTES, TooLarge, unavailable } from './faults.ts'
import { readSteps, refused, renew, saveStep, settle, yieldClaim } from './fenced.ts'
import { findAbandoned, list, stats } from './list.ts'
import { assertSchema, migrate } from './migrate.ts'
import { type Names, namesOf } from './names.ts'
import {
  type CheckedConnection,
  checkedConnection,
  checkedMaxConnections,
  type PostgresConnection,
  type PostgresStoreOptions,
  type TransactionOf,
  type WithTransactions,
} from './options.ts'
import { read, readAndMark } from './read.ts'
import { asUnchanged, settleUnchanged } from './settle-unchanged.ts'
import { Sweep } from './sweep.ts'
import { PostgresTransactions } from './transactions.ts'
import { Watchers } from './watchers.ts'

/** Calls with more bytes than this travel alone: they would hold up the others. */
const TRAVELS_ALONE_BYTES = 64 * 1024

/**
 * Receipts in PostgreSQL, shared by any number of processes and hosts. They survive what the server's commits survive:
 * `audit()` says it for the server as it is set up.
 *
 * The tables are made by `counterfoil receipts migrate`, by `migrateTables()`, by the SQL that `tablesScript()` gives to a
 * tool of your own, or at the first call with the option `migrate`.
 *
 * @param connection a `pg.Pool` or a `postgres` client, which stays yours and is not closed with the store, or a URL.
 *
 * @example
 * const receipts = createReceipts({ store: postgresStore(pool) })
 */
export function postgresStore<Tx>(
  connection: PostgresConnection,
  options: PostgresStoreOptions & WithTransactions<Tx>,
): TransactionalStore<Tx, 'async'>
export function postgresStore<C extends PostgresConnection>(
  connection: C,
  options?: PostgresStoreOptions,
): TransactionalStore<TransactionOf<C>, 'async'>
export function postgresStore(
  connection: PostgresConnection,
  options: PostgresStoreOptions & Partial<WithTransactions<unknown>> = {},
): TransactionalStore<unknown, 'async'> {
  return new PostgresStore(checkedConnection(connection), options)
}

class PostgresStore implements TransactionalStore<unknown, 'async'> {
  readonly name = 'PostgreSQL'
  readonly transactions: StoreTransactions<unknown, 'async'>
  readonly #connection: CheckedConnection
  readonly #options: PostgresStoreOptions & {
    readonly answerWithinMs: number
    readonly maxConnections: number
  }
  readonly #names: Names
  readonly #calls = new Passing<Promise<unknown>>()
  #opening: Promise<Opened> | undefined
  #opened: Opened | undefined
  #closing: Promise<void> | undefined

  constructor(
    connection: CheckedConnection,
    { transactions, ...options }: PostgresStoreOptions & Partial<WithTransactions<unknown>>,
  ) {
    this.#connection = connection
    this.#names = namesOf(options)
    this.#options = {
      ...options,
      answerWithinMs: timerMs('answerWithinMs', options.answerWithinMs ?? 8_000),
      maxConnections: checkedMaxConnections(options.maxConnections),
    }
    const made = new PostgresTransactions({
      names: this.#names,
      answerWithinMs: this.#options.answerWithinMs,
      adapter: async () => {
        const { driver } = await this.#ready()
        return transactions ?? driver.transactions
      },
    })
    this.transactions = {
      pace: 'async',
      transact: (terms, work) => this.#underWay(this.#transact(made, terms, work)),
    }
  }

  claim(request: ClaimRequest): Promise<ClaimDecision> {
    return this.#call(async ({ driver, calls, watchers }) => {
      assertSize(request.request)
      const alone = size(request.request) > TRAVELS_ALONE_BYTES
      const ask = (asked: ClaimRequest): Promise<Asked> =>
        alone ? askOne(driver, this.#names, asked, LOCK_MS) : calls.claim(asked)
      const decision = await claim(driver, this.#names, request, ask)
      if (decision.kind === 'claimed') watchers.changed(request.id)
      return decision
    })
  }

  settle(fence: Fence, settlement: Settlement, claimed?: Running): Promise<FencedAnswer> {
    return this.#call(async ({ driver, calls, watchers }) => {
      assertSize(settlement.outcome)
      const unchanged = asUnchanged(fence, settlement, claimed)
      const alone = size(settlement.outcome) > TRAVELS_ALONE_BYTES
      const answer =
        unchanged &&
        (await (alone ? settleUnchanged(driver.urgent, this.#names, unchanged) : calls.settle(unchanged)))
      return told(watchers, fence.id, answer ?? (await settle(driver.urgent, this.#names, fence, settlement)))
    })
  }

  renew(fence: Fence, leaseMs: number): Promise<'renewed' | 'lost'> {
    return this.#call(({ driver }) => renew(driver.urgent, this.#names, fence, leaseMs))
  }

  yield(fence: Fence, recoverAfterMs: number): Promise<FencedAnswer> {
    return this.#call(async ({ driver, watchers }) =>
      told(watchers, fence.id, await yieldClaim(driver.urgent, this.#names, fence, recoverAfterMs)),
    )
  }

  refused(fence: Fence, step: string, generation: number): Promise<'written' | 'lost'> {
    return this.#call(({ driver }) => refused(driver.urgent, this.#names, fence, step, generation))
  }

  saveStep(fence: Fence, step: string, result: Uint8Array): Promise<'written' | 'lost'> {
    return this.#call(({ driver }) => {
      assertSize(result)
      return saveStep(driver.urgent, this.#names, fence, step, result)
    })
  }

  readSteps(_id: ReceiptId, incarnation: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#call(({ driver }) => readSteps(driver, this.#names, incarnation))
  }

  read(id: ReceiptId): Promise<Reading> {
    return this.#call(async ({ driver, watchers }) => {
      const { stored, now } = await watchers.look(id, (mark) =>
        mark ? readAndMark(driver, this.#names, id) : read(driver, this.#names, id),
      )
      return { receipt: stored?.receipt, now }
    })
  }

  list(filter: ListFilter, page: Page): Promise<ListAnswer> {
    return this.#call(({ driver }) => list(driver, this.#names, filter, page))
  }

  findAbandoned(query: AbandonedQuery): Promise<readonly InProgress[]> {
    return this.#call(({ driver }) => findAbandoned(driver, this.#names, query))
  }

  stats(): Promise<StoreStats> {
    return this.#call(({ driver }) => stats(driver, this.#names))
  }

  changeByHand(target: HandTarget, change: HandChange): Promise<HandAnswer> {
    return this.#call(async ({ driver, watchers }) => {
      const answer = await changeByHand(driver, this.#names, target, change)
      if (answer.kind === 'changed') watchers.changed(target.id)
      return answer
    })
  }

  sweep(limit: number): Promise<SweepAnswer> {
    return this.#call(({ sweep }) => sweep.run(limit))
  }

  watch(id: ReceiptId, wake: () => void): Watch {
    this.#assertOpen()
    if (this.#opened !== undefined) return this.#opened.watchers.watch(id, wake)
    // Nobody has asked this store for anything yet: the watch begins once it is open, and then wakes.
    let stopped = false
    let watch: Watch | undefined
    this.#open().then(
      ({ watchers }) => {
        if (stopped) return
        watch = watchers.watch(id, wake)
        wake()
      },
      () => stopped || wake(),
    )
    return {
      stop: () => {
        stopped = true
        watch?.stop()
      },
    }
  }

  audit(): Promise<readonly Finding[]> {
    return this.#call(({ driver, watchers }) => audit(driver, this.#names, driver.facts, watchers.hearing))
  }

  describe(): StoreDescription {
    return describe(this.#names)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  age(id: ReceiptId, ms: number): Promise<void> {
    return this.#call(({ driver }) => age(driver, this.#names, id, ms))
  }

  /** Every verb goes through here: opened when first needed, its errors told in the store's words, finished before a close. */
  #call<T>(verb: (opened: Opened) => Promise<T>): Promise<T> {
    return this.#underWay(this.#answered(verb))
  }

  #underWay<T>(call: Promise<T>): Promise<T> {
    const over = this.#calls.enter(call)
    call.then(over, over)
    return call
  }

  async #answered<T>(verb: (opened: Opened) => Promise<T>): Promise<T> {
    this.#assertOpen()
    try {
      return await verb(this.#opened ?? (await this.#open()))
    } catch (error) {
      throw unavailable(error)
    }
  }

  /** @throws what went wrong in opening it, in the store's words. */
  async #ready(): Promise<Opened> {
    try {
      return this.#opened ?? (await this.#open())
    } catch (error) {
      throw unavailable(error)
    }
  }

  async #transact(
    made: PostgresTransactions<unknown>,
    terms: TransactionTerms<unknown>,
    work: TransactionWork<unknown, 'async'>,
  ): Promise<TransactionAnswer> {
    this.#assertOpen()
    const answer = await made.transact(terms, work)
    if (answer.kind === 'settled') this.#opened?.watchers.changed(answer.receipt.id)
    return answer
  }

  /** Once; after a failure the next call tries again. */
  #open(): Promise<Opened> {
    this.#opening ??= open(this.#connection, this.#names, this.#options).then(
      (opened) => {
        this.#opened = opened
        return opened
      },
      (error: unknown) => {
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  #assertOpen(): void {
    if (this.#closing) throw new StoreUnavailable(this.name, 'closed', 'is closed; open another one')
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#calls.now())
    const opened = await this.#opening?.catch(() => undefined)
    await opened?.watchers.close()
    await opened?.driver.close()
  }
}

interface Opened {
  readonly driver: Driver
  readonly calls: Calls
  readonly watchers: Watchers
  readonly sweep: Sweep
}

async function open(
  connection: CheckedConnection,
  names: Names,
  options: PostgresStoreOptions & { readonly answerWithinMs: number; readonly maxConnections: number },
): Promise<Opened> {
  const driver = await openDriver(connection, options)
  try {
    await (options.migrate ? migrate(driver, names) : assertSchema(driver, names))
  } catch (error) {
    await driver.close()
    throw error
  }
  return {
    driver,
    calls: new Calls(driver, names),
    watchers: new Watchers(driver, names),
    sweep: new Sweep(driver, names),
  }
}

function told(watchers: Watchers, id: ReceiptId, answer: FencedAnswer): FencedAnswer {
  if (answer.kind === 'settled') watchers.changed(id)
  return answer
}

function size(bytes: Uint8Array | null): number {
  return bytes?.length ?? 0
}

function assertSize(bytes: Uint8Array | null): void {
  if (size(bytes) > MAX_BYTES) throw new TooLarge()
}
