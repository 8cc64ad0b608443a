import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type AbandonedQuery,
  type ClaimDecision,
  type ClaimRequest,
  countsByPlace,
  decideSettle,
  type Fence,
  type FencedAnswer,
  type Finding,
  type HandAnswer,
  type HandChange,
  type HandTarget,
  type InProgress,
  type ListAnswer,
  type ListFilter,
  MAX_PAGE,
  type Page,
  Passing,
  type Place,
  type ReachCrashPoint,
  type Reading,
  type Receipt,
  type ReceiptId,
  type Running,
  type Settlement,
  type StoreDescription,
  type StoreStats,
  type StoreTime,
  type StoreTransactions,
  StoreUnavailable,
  type SweepAnswer,
  type TransactionAnswer,
  type TransactionalStore,
  type TransactionTerms,
  type TransactionWork,
  type Watch,
} from '../../core/index.ts'
import { audit } from './audit.ts'
import { insistLater } from './busy.ts'
import { answerWithoutWriting } from './claim.ts'
import { type StoreClock, storeClock } from './clock.ts'
import type { Connection } from './connection.ts'
import { describeSqlite } from './describe.ts'
import { DirectLane } from './direct-lane.ts'
import { type FaultContext, isStorageError, unavailable } from './faults.ts'
import { File } from './file.ts'
import { findAbandoned, type Scanned, scanList, scanPlaces } from './list.ts'
import { checkedPath, checkedTimeout } from './options.ts'
import { asUnchanged } from './settle-unchanged.ts'
import { anythingDue, SWEEP_BATCH } from './sweep.ts'
import { SqliteTransactions } from './transactions.ts'
import { Watchers } from './watchers.ts'
import { WorkerLane } from './worker-lane.ts'
import type { Write } from './write.ts'
import { Writer } from './writer.ts'

export interface SqliteStoreOptions {
  /** How long a call waits for a lock that another process holds, before it fails with the fault `locked`. Default 5000. */
  readonly busyTimeoutMs?: number
  /** For tests: called with `during-settle` when a settle is written and not yet committed. Everything then runs on this thread. */
  readonly reach?: ReachCrashPoint
  /** For tests: the wall clock, in milliseconds since the epoch. Everything then runs on this thread. Default `Date.now`. */
  readonly now?: () => StoreTime
}

/**
 * Receipts in one SQLite file, for one host: several processes may share it. They survive a crash of the process, the
 * system or the power once answered. The file is created when first needed.
 *
 * Time is the host's wall clock, but never runs backwards: a high-water mark in the file sees to it across processes
 * and restarts. A step back of any size is tolerated; leases may differ by up to 1 s for it. A step forwards ends leases
 * and retentions that much early, and stays: a key whose retention it has ended is forgotten.
 *
 * @example
 * const receipts = createReceipts({ store: sqliteStore('receipts.db') })
 */
export function sqliteStore(
  path: string,
  options: SqliteStoreOptions = {},
): TransactionalStore<DatabaseSync, 'sync'> {
  const context = { path: resolve(checkedPath(path)), busyTimeoutMs: checkedTimeout(options.busyTimeoutMs) }
  return new SqliteStore(context, options)
}

class SqliteStore implements TransactionalStore<DatabaseSync, 'sync'> {
  readonly name = 'SQLite'
  readonly transactions: StoreTransactions<DatabaseSync, 'sync'>
  readonly #context: FaultContext
  readonly #clock: StoreClock
  readonly #file: File
  readonly #transactionFile: File
  readonly #writer: Writer
  readonly #watchers: Watchers
  readonly #calls = new Passing<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(context: FaultContext, { reach, now }: SqliteStoreOptions) {
    this.#context = context
    this.#clock = now ? storeClock(now, () => 0) : storeClock()
    this.#file = new File(context, this.#clock)
    this.#watchers = new Watchers(this.#file)
    const direct = new DirectLane(this.#file, this.#clock, context, reach && reachIn(reach))
    this.#writer = new Writer(direct, reach || now ? undefined : new WorkerLane(context, this.#clock))
    this.#transactionFile = new File(context, this.#clock)
    const transactions = new SqliteTransactions({
      file: this.#transactionFile,
      clock: this.#clock,
      context,
      look: (request) => this.#answerWithoutWriting(request),
      alone: (act) => this.#writer.alone(act),
    })
    this.transactions = {
      pace: 'sync',
      transact: (terms, work) => this.#underWay(this.#transact(transactions, terms, work)),
    }
  }

  claim(request: ClaimRequest): Promise<ClaimDecision> {
    return this.#underWay(this.#claim(request))
  }

  async settle(fence: Fence, settlement: Settlement, claimed?: Running): Promise<FencedAnswer> {
    this.#assertOpen()
    const unchanged = asUnchanged(fence, settlement, claimed)
    const answer = await this.#writer.write(unchanged ?? { do: 'settle', fence, settlement })
    if (typeof answer === 'object') return this.#told(fence.id, answer)
    const decision = decideSettle(claimed, fence, settlement, answer)
    return this.#told(
      fence.id,
      decision.kind === 'lost' ? decision : { kind: 'settled', receipt: decision.receipt },
    )
  }

  async renew(fence: Fence, leaseMs: number): Promise<'renewed' | 'lost'> {
    this.#assertOpen()
    return this.#writer.write({ do: 'renew', fence, leaseMs })
  }

  async yield(fence: Fence, recoverAfterMs: number): Promise<FencedAnswer> {
    this.#assertOpen()
    return this.#told(fence.id, await this.#writer.write({ do: 'yield', fence, recoverAfterMs }))
  }

  async refused(fence: Fence, step: string, generation: number): Promise<'written' | 'lost'> {
    this.#assertOpen()
    return this.#writer.write({ do: 'refused', fence, step, generation })
  }

  async saveStep(fence: Fence, step: string, result: Uint8Array): Promise<'written' | 'lost'> {
    this.#assertOpen()
    return this.#writer.write({ do: 'save_step', fence, step, result })
  }

  async readSteps(_id: ReceiptId, incarnation: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#look(({ tables }) => tables.readSteps(incarnation))
  }

  async read(id: ReceiptId): Promise<Reading> {
    return this.#look((connection) => {
      const receipt = connection.tables.read(id)
      return { receipt, now: this.#now(connection) }
    })
  }

  async list(filter: ListFilter, page: Page): Promise<ListAnswer> {
    const limit = Math.max(1, Math.min(MAX_PAGE, page.limit))
    const now = await this.#look((connection) => this.#now(connection))
    const found: { seq: number; receipt: Receipt }[] = []
    let before: number | undefined = page.after === undefined ? Number.MAX_SAFE_INTEGER : Number(page.after)
    while (before !== undefined && found.length <= limit) {
      const from: number = before
      const part: Scanned<typeof found> = await this.#look(({ tables }) =>
        scanList(tables, filter, now, from, limit + 1 - found.length),
      )
      found.push(...part.found)
      before = part.next
      await nextTurn()
    }
    const receipts = found.slice(0, limit).map(({ receipt }) => receipt)
    const last = found[limit - 1]
    return found.length > limit && last ? { receipts, next: String(last.seq), now } : { receipts, now }
  }

  async findAbandoned(query: AbandonedQuery): Promise<readonly InProgress[]> {
    return this.#look((connection) => findAbandoned(connection.tables, query, this.#now(connection)))
  }

  async stats(): Promise<StoreStats> {
    const now = await this.#look((connection) => this.#now(connection))
    const places = countsByPlace()
    for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined; await nextTurn()) {
      const from: number = before
      const part: Scanned<readonly Place[]> = await this.#look(({ tables }) => scanPlaces(tables, now, from))
      for (const place of part.found) places[place] += 1
      before = part.next
    }
    return { places, bytes: await this.#look(({ tables }) => tables.bytes()) }
  }

  async changeByHand(target: HandTarget, change: HandChange): Promise<HandAnswer> {
    this.#assertOpen()
    const answer = await this.#writer.write({ do: 'change_by_hand', target, change })
    if (answer.kind === 'changed') this.#watchers.changed(target.id)
    return answer
  }

  sweep(limit: number): Promise<SweepAnswer> {
    return this.#underWay(this.#sweep(limit))
  }

  watch(id: ReceiptId, wake: () => void): Watch {
    this.#assertOpen()
    return this.#watchers.watch(id, wake)
  }

  async audit(): Promise<readonly Finding[]> {
    return this.#look((connection) => audit(connection, this.#context.path))
  }

  describe(): StoreDescription {
    return describeSqlite()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async age(id: ReceiptId, ms: number): Promise<void> {
    this.#assertOpen()
    await this.#writer.write({ do: 'age', id, ms })
  }

  /** Reads go on this thread's connection, each a short one. It never waits there for a lock. */
  async #look<T>(look: (connection: Connection) => T): Promise<T> {
    this.#assertOpen()
    try {
      return await insistLater(this.#context.busyTimeoutMs, () => look(this.#file.connection))
    } catch (error) {
      if (!isStorageError(error)) throw error
      throw unavailable(this.#file.afterError(error))
    }
  }

  #now({ tables }: Connection): StoreTime {
    this.#clock.observe(tables.readMark())
    return this.#clock.now()
  }

  async #claim(request: ClaimRequest): Promise<ClaimDecision> {
    const decision = await this.#answerWithoutWriting(request)
    if (decision !== undefined) return decision
    const answer = await this.#writer.write({ do: 'claim', request })
    if (answer.kind === 'claimed') this.#watchers.changed(request.id)
    return answer
  }

  #answerWithoutWriting(request: ClaimRequest): Promise<ClaimDecision | undefined> {
    return this.#look((connection) =>
      answerWithoutWriting(connection.tables, request, () => this.#now(connection)),
    )
  }

  async #transact(
    transactions: SqliteTransactions,
    terms: TransactionTerms<DatabaseSync>,
    work: TransactionWork<DatabaseSync, 'sync'>,
  ): Promise<TransactionAnswer> {
    this.#assertOpen()
    const answer = await transactions.transact(terms, work)
    if (answer.kind === 'settled') this.#watchers.changed(answer.receipt.id)
    return answer
  }

  async #sweep(limit: number): Promise<SweepAnswer> {
    const total = { dropped: 0, removed: 0, entombed: [] as SweepAnswer['entombed'][number][], more: false }
    if (!(await this.#look((connection) => anythingDue(connection.tables, this.#now(connection)))))
      return total
    for (let left = limit; left > 0; left -= SWEEP_BATCH) {
      const part = await this.#writer.write({ do: 'sweep', limit: Math.min(left, SWEEP_BATCH) })
      total.dropped += part.dropped
      total.removed += part.removed
      total.entombed.push(...part.entombed)
      total.more = part.more
      if (!part.more) break
    }
    return total
  }

  /** What reads before it writes: its write is yet to come when the store is closed. */
  #underWay<T>(call: Promise<T>): Promise<T> {
    const over = this.#calls.enter(call)
    call.then(over, over)
    return call
  }

  #told(id: ReceiptId, answer: FencedAnswer): FencedAnswer {
    if (answer.kind === 'settled') this.#watchers.changed(id)
    return answer
  }

  #assertOpen(): void {
    if (this.#closing) throw new StoreUnavailable(this.name, 'closed', 'is closed; open another one')
  }

  async #close(): Promise<void> {
    this.#watchers.close()
    await Promise.allSettled(this.#calls.now())
    await this.#writer.close()
    this.#transactionFile.close()
    this.#file.close()
  }
}

function reachIn(reach: ReachCrashPoint): (write: Write) => void {
  return (write) => {
    if (write.do === 'settle' || write.do === 'settle_unchanged') reach('during-settle')
  }
}
