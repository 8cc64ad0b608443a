import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { deserialize, serialize } from 'node:v8'
import type {
  AbandonedQuery,
  ClaimDecision,
  ClaimRequest,
  Fence,
  FencedAnswer,
  FencedDecision,
  HandAnswer,
  HandChange,
  HandTarget,
  InProgress,
  ListAnswer,
  ListFilter,
  Page,
  Reading,
  Receipt,
  ReceiptId,
  ReceiptStore,
  Running,
  Settlement,
  StoreStats,
  StoreTime,
  SweepAnswer,
  Watch,
} from '../../src/core/index.ts'
import {
  aged,
  countsByPlace,
  decideByHand,
  decideClaim,
  decideRefused,
  decideRenew,
  decideSettle,
  decideStep,
  decideSweep,
  decideYield,
  isRecoverable,
  matchesFilter,
  placeOf,
  StoreUnavailable,
} from '../../src/core/index.ts'

/** What a store may get wrong: its decisions, and how they are made atomic. Those below get everything right. */
export interface Faults {
  readonly decideClaim: typeof decideClaim
  readonly decideSettle: typeof decideSettle
  readonly decideYield: typeof decideYield
  readonly decideRenew: typeof decideRenew
  readonly decideRefused: typeof decideRefused
  readonly decideStep: typeof decideStep
  readonly decideByHand: typeof decideByHand
  readonly decideSweep: typeof decideSweep
  /** What is thought of the receipt that a settle brings along: its claim's, as it was then. */
  readonly claimed: 'ignored' | 'trusted'
  /** What a write does to others, beside its own: `remove` is the receipt of a claim that was refused. */
  readonly afterRefusal: 'nothing' | 'remove'
  /** What of an outcome is kept. */
  readonly kept: (outcome: Uint8Array) => Uint8Array
  /** Under which name a key's receipt, and an incarnation's steps, are kept. */
  readonly placeOfSteps: (id: ReceiptId, incarnation: string) => string
  readonly atomicity:
    | 'one transaction'
    /** Reads, lets go of the file, and writes what it decided. */
    | 'check then set'
    /** Decides and writes in one transaction, and answers by what it reads in a second one. */
    | 'answer read back'
    /** The sweep alone: it reads what is due, and removes it later. */
    | 'sweep by a list'
}

const none: Faults = {
  decideClaim,
  decideSettle,
  decideYield,
  decideRenew,
  decideRefused,
  decideStep,
  decideByHand,
  decideSweep,
  claimed: 'ignored',
  afterRefusal: 'nothing',
  kept: (outcome) => outcome,
  placeOfSteps: (_, incarnation) => incarnation,
  atomicity: 'one transaction',
}

interface Change<T> {
  readonly answer: T
  readonly receipt: Receipt | undefined
}

type Decide<T> = (stored: Receipt | undefined, now: StoreTime) => Change<T>

/**
 * The smallest store that several processes can share: a table of whole receipts in a SQLite file, without care for
 * speed or durability. Without faults it passes the whole contract suite, so that with one it is this one that fails.
 */
export function tinyStore(path: string, faults: Partial<Faults> = {}): ReceiptStore {
  return new TinyStore(path, { ...none, ...faults })
}

class TinyStore implements ReceiptStore {
  readonly name = 'tiny'
  readonly #faults: Faults
  readonly #database: DatabaseSync
  readonly #watches = new Set<NodeJS.Timeout>()
  #underWay: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(path: string, faults: Faults) {
    this.#faults = faults
    this.#database = new DatabaseSync(path, { timeout: 20_000 })
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS receipts (id TEXT PRIMARY KEY, receipt BLOB);
      CREATE TABLE IF NOT EXISTS steps (place TEXT, step BLOB, result BLOB, PRIMARY KEY (place, step))`)
  }

  claim(request: ClaimRequest): Promise<ClaimDecision> {
    return this.#change<ClaimDecision>(
      request.id,
      (stored, now) => {
        const decision = this.#faults.decideClaim(stored, request, now)
        if (decision.kind === 'claimed') return { answer: decision, receipt: decision.receipt }
        const removes = this.#faults.afterRefusal === 'remove' && decision.kind === 'in_progress'
        return { answer: decision, receipt: removes ? undefined : stored }
      },
      // Read back at once it answers right: whoever was granted a claim is granted it again.
      (stored, now) => this.#faults.decideClaim(stored, request, now),
    )
  }

  settle(fence: Fence, settlement: Settlement, claimed?: Running): Promise<FencedAnswer> {
    const { outcome } = settlement
    const trusted = this.#faults.claimed === 'trusted' ? claimed : undefined
    const kept = { ...settlement, outcome: outcome && this.#faults.kept(outcome) } as Settlement
    return this.#change(fence.id, (stored, now) =>
      fenced(stored, this.#faults.decideSettle(trusted ?? stored, fence, kept, now)),
    )
  }

  yield(fence: Fence, recoverAfterMs: number): Promise<FencedAnswer> {
    return this.#change(fence.id, (stored, now) =>
      fenced(stored, this.#faults.decideYield(stored, fence, recoverAfterMs, now)),
    )
  }

  renew(fence: Fence, leaseMs: number): Promise<'renewed' | 'lost'> {
    return this.#change(fence.id, (stored, now) => {
      const decision = this.#faults.decideRenew(stored, fence, leaseMs, now)
      return decision.kind === 'lost'
        ? { answer: 'lost', receipt: stored }
        : { answer: 'renewed', receipt: decision.receipt }
    })
  }

  refused(fence: Fence, step: string, generation: number): Promise<'written' | 'lost'> {
    return this.#change(fence.id, (stored) => {
      const decision = this.#faults.decideRefused(stored, fence, step, generation)
      return decision.kind === 'lost'
        ? { answer: 'lost', receipt: stored }
        : { answer: 'written', receipt: decision.receipt }
    })
  }

  saveStep(fence: Fence, step: string, result: Uint8Array): Promise<'written' | 'lost'> {
    return this.#change(fence.id, (stored) => {
      if (this.#faults.decideStep(stored, fence) === 'lost') return { answer: 'lost', receipt: stored }
      const place = this.#faults.placeOfSteps(fence.id, fence.incarnation)
      this.#database
        .prepare('INSERT OR IGNORE INTO steps VALUES (?, ?, ?)')
        .run(place, serialize(step), result)
      return { answer: 'written', receipt: stored }
    })
  }

  readSteps(id: ReceiptId, incarnation: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#turn(async () => {
      const place = this.#faults.placeOfSteps(id, incarnation)
      const rows = this.#database.prepare('SELECT step, result FROM steps WHERE place = ?').all(place)
      return new Map(rows.map(({ step, result }) => [deserialize(step as Uint8Array), result as Uint8Array]))
    })
  }

  read(id: ReceiptId): Promise<Reading> {
    return this.#turn(async () => ({ receipt: this.#read(id), now: Date.now() }))
  }

  list(filter: ListFilter, page: Page): Promise<ListAnswer> {
    return this.#turn(async () => {
      const now = Date.now()
      const placeInList = ({ createdAt, id }: Receipt): string =>
        `${String(createdAt).padStart(16, '0')} ${id}`
      const found = this.#all()
        .filter((receipt) => matchesFilter(receipt, filter, now))
        .map((receipt) => ({ receipt, place: placeInList(receipt) }))
        .filter(({ place }) => page.after === undefined || place < page.after)
        .sort((a, b) => (a.place < b.place ? 1 : -1))
      const receipts = found.slice(0, page.limit).map(({ receipt }) => receipt)
      const last = found[page.limit - 1]
      return found.length > page.limit && last ? { receipts, next: last.place, now } : { receipts, now }
    })
  }

  findAbandoned(query: AbandonedQuery): Promise<readonly InProgress[]> {
    return this.#turn(async () => {
      const now = Date.now()
      return this.#all()
        .flatMap((receipt) => (isRecoverable(receipt, query, now) ? [receipt] : []))
        .sort((a, b) => a.leaseEndsAt - b.leaseEndsAt)
        .slice(0, query.limit)
    })
  }

  stats(): Promise<StoreStats> {
    return this.#turn(async () => {
      const places = countsByPlace()
      const all = this.#all()
      for (const receipt of all) places[placeOf(receipt, Date.now())] += 1
      return { places, bytes: all.length }
    })
  }

  changeByHand(target: HandTarget, change: HandChange): Promise<HandAnswer> {
    return this.#change<HandAnswer>(target.id, (stored, now) => {
      const decision = this.#faults.decideByHand(stored, target, change, now)
      return decision.kind === 'refused'
        ? { answer: decision, receipt: stored }
        : { answer: { kind: 'changed', receipt: decision.receipt }, receipt: decision.receipt }
    })
  }

  sweep(limit: number): Promise<SweepAnswer> {
    return this.#turn(async () => {
      if (this.#faults.atomicity !== 'sweep by a list')
        return this.#transaction(() => this.#sweep(this.#all(), limit))
      const all = this.#all()
      await otherWork()
      return this.#transaction(() => this.#sweep(all, limit))
    })
  }

  watch(id: ReceiptId, wake: () => void): Watch {
    let known = JSON.stringify(this.#read(id))
    const timer = setInterval(() => {
      const now = JSON.stringify(this.#read(id))
      if (now !== known) wake()
      known = now
    }, 5)
    this.#watches.add(timer)
    return {
      stop: () => {
        clearInterval(timer)
        this.#watches.delete(timer)
      },
    }
  }

  async audit(): Promise<[]> {
    return []
  }

  describe(): { schema: string; claim: string } {
    return { schema: 'whole receipts by id', claim: this.#faults.decideClaim.toString() }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const timer of this.#watches) clearInterval(timer)
    await this.#underWay
    this.#database.close()
  }

  age(id: ReceiptId, ms: number): Promise<void> {
    return this.#turn(async () =>
      this.#transaction(() => {
        const stored = this.#read(id)
        if (stored) this.#write(id, stored, aged(stored, ms))
      }),
    )
  }

  #change<T>(
    id: ReceiptId,
    decide: Decide<T>,
    readBack?: (stored: Receipt | undefined, now: StoreTime) => T,
  ): Promise<T> {
    return this.#turn(async () => {
      if (this.#faults.atomicity === 'check then set') {
        const stored = this.#read(id)
        await otherWork()
        const { answer, receipt } = decide(stored, Date.now())
        this.#write(id, stored, receipt)
        return answer
      }
      const answer = this.#transaction(() => {
        const stored = this.#read(id)
        const change = decide(stored, Date.now())
        this.#write(id, stored, change.receipt)
        return change.answer
      })
      if (this.#faults.atomicity !== 'answer read back' || readBack === undefined) return answer
      await otherWork()
      return readBack(this.#read(id), Date.now())
    })
  }

  /** Not one after another: calls of one handle meet as those of several do. */
  async #turn<T>(act: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreUnavailable(this.name, 'closed', 'is closed')
    const turn = act()
    this.#underWay = Promise.allSettled([this.#underWay, turn])
    return turn
  }

  #transaction<T>(act: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const answer = act()
      this.#database.exec('COMMIT')
      return answer
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #sweep(candidates: readonly Receipt[], limit: number): SweepAnswer {
    const answer = { dropped: 0, removed: 0, entombed: [] as SweepAnswer['entombed'][number][] }
    let due = 0
    for (const receipt of candidates) {
      const decision = this.#faults.decideSweep(receipt, Date.now())
      if (decision.kind === 'keep') continue
      due += 1
      if (due > limit) break
      this.#write(receipt.id, receipt, decision.kind === 'remove' ? undefined : decision.receipt)
      if (decision.kind === 'remove') answer.removed += 1
      if (decision.kind === 'drop_bytes') answer.dropped += 1
      if (decision.kind === 'entomb') {
        this.#dropSteps(receipt)
        answer.entombed.push({ id: receipt.id, tenant: receipt.tenant, operation: receipt.operation })
      }
    }
    return { ...answer, more: due > limit }
  }

  #read(id: ReceiptId): Receipt | undefined {
    const row = this.#database.prepare('SELECT receipt FROM receipts WHERE id = ?').get(id)
    return row && (deserialize(row.receipt as Uint8Array) as Receipt)
  }

  #all(): readonly Receipt[] {
    return this.#database
      .prepare('SELECT receipt FROM receipts')
      .all()
      .map(({ receipt }) => deserialize(receipt as Uint8Array) as Receipt)
  }

  #write(id: ReceiptId, before: Receipt | undefined, receipt: Receipt | undefined): void {
    if (receipt === before) return
    if (before && before.incarnation !== receipt?.incarnation) this.#dropSteps(before)
    if (receipt === undefined) this.#database.prepare('DELETE FROM receipts WHERE id = ?').run(id)
    else this.#database.prepare('INSERT OR REPLACE INTO receipts VALUES (?, ?)').run(id, serialize(receipt))
  }

  #dropSteps({ id, incarnation }: Receipt): void {
    const place = this.#faults.placeOfSteps(id, incarnation)
    if (place === incarnation) this.#database.prepare('DELETE FROM steps WHERE place = ?').run(place)
  }
}

/** What a network, or another process's turn, is to a store elsewhere: time in which anything may happen. */
async function otherWork(): Promise<void> {
  await nextTurn()
}

function fenced(stored: Receipt | undefined, decision: FencedDecision): Change<FencedAnswer> {
  if (decision.kind === 'lost') return { answer: decision, receipt: stored }
  return { answer: { kind: 'settled', receipt: decision.receipt }, receipt: decision.receipt }
}
