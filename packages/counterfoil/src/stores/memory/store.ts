import type {
  AbandonedQuery,
  ClaimDecision,
  ClaimRequest,
  Fence,
  FencedAnswer,
  FencedDecision,
  Finding,
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
  Settlement,
  StoreDescription,
  StoreStats,
  StoreTime,
  SweepAnswer,
  Watch,
} from '../../core/index.ts'
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
  fact,
  isRecoverable,
  matchesFilter,
  OptionInvalid,
  placeOf,
  StoreFull,
  StoreUnavailable,
  Wakes,
  warning,
} from '../../core/index.ts'
import { steadyClock } from './clock.ts'
import { describeMemory } from './describe.ts'

export interface MemoryStoreOptions {
  /** New claims are refused (`StoreFull`) beyond this many receipts; nothing that lives is ever evicted. Default 100,000. */
  readonly maxReceipts?: number
  /** The store's clock, in milliseconds since the epoch; for tests. Default `Date.now`, never running backwards. */
  readonly now?: () => StoreTime
}

/**
 * Receipts in this process's memory: gone when it ends, and seen by nobody else. For tests and for work whose effects
 * die with the process. It is the pure decisions and nothing more, and so the oracle for every other store: nobody
 * can come between a decision and its write, since there is no `await` there.
 */
export function memoryStore(options: MemoryStoreOptions = {}): ReceiptStore {
  const maxReceipts = options.maxReceipts ?? 100_000
  if (!Number.isSafeInteger(maxReceipts) || maxReceipts < 1) {
    throw new OptionInvalid('maxReceipts', 'give a whole number of receipts, at least 1')
  }
  return new MemoryStore(maxReceipts, options.now ?? steadyClock(Date.now))
}

class MemoryStore implements ReceiptStore {
  readonly name = 'memory'
  readonly #receipts = new Map<ReceiptId, Receipt>()
  readonly #steps = new Map<string, Map<string, Uint8Array>>()
  readonly #wakes = new Map<ReceiptId, Wakes>()
  readonly #maxReceipts: number
  readonly #now: () => StoreTime
  #closed = false

  constructor(maxReceipts: number, now: () => StoreTime) {
    this.#maxReceipts = maxReceipts
    this.#now = now
  }

  async claim(request: ClaimRequest): Promise<ClaimDecision> {
    this.#assertOpen()
    const stored = this.#receipts.get(request.id)
    const decision = decideClaim(stored, request, this.#now())
    if (decision.kind !== 'claimed') return decision
    if (stored === undefined && this.#receipts.size >= this.#maxReceipts) {
      throw new StoreFull(this.#maxReceipts)
    }
    if (stored !== undefined && stored.incarnation !== decision.receipt.incarnation) this.#remove(stored)
    this.#write(decision.receipt)
    return decision
  }

  async settle(fence: Fence, settlement: Settlement): Promise<FencedAnswer> {
    return this.#underFence(decideSettle(this.#open(fence.id), fence, settlement, this.#now()))
  }

  async yield(fence: Fence, recoverAfterMs: number): Promise<FencedAnswer> {
    return this.#underFence(decideYield(this.#open(fence.id), fence, recoverAfterMs, this.#now()))
  }

  async renew(fence: Fence, leaseMs: number): Promise<'renewed' | 'lost'> {
    const decision = decideRenew(this.#open(fence.id), fence, leaseMs, this.#now())
    if (decision.kind === 'lost') return 'lost'
    this.#write(decision.receipt)
    return 'renewed'
  }

  async refused(fence: Fence, step: string, generation: number): Promise<'written' | 'lost'> {
    const decision = decideRefused(this.#open(fence.id), fence, step, generation)
    if (decision.kind === 'lost') return 'lost'
    this.#write(decision.receipt)
    return 'written'
  }

  async saveStep(fence: Fence, step: string, result: Uint8Array): Promise<'written' | 'lost'> {
    if (decideStep(this.#open(fence.id), fence) === 'lost') return 'lost'
    const steps = this.#steps.get(fence.incarnation) ?? new Map<string, Uint8Array>()
    this.#steps.set(fence.incarnation, steps)
    if (!steps.has(step)) steps.set(step, new Uint8Array(result))
    return 'written'
  }

  async readSteps(_id: ReceiptId, incarnation: string): Promise<ReadonlyMap<string, Uint8Array>> {
    this.#assertOpen()
    return new Map(this.#steps.get(incarnation))
  }

  async read(id: ReceiptId): Promise<Reading> {
    return { receipt: this.#open(id), now: this.#now() }
  }

  async list(filter: ListFilter, page: Page): Promise<ListAnswer> {
    this.#assertOpen()
    const now = this.#now()
    const found = [...this.#receipts.values()]
      .filter((receipt) => matchesFilter(receipt, filter, now))
      .map((receipt) => ({ receipt, place: placeInList(receipt) }))
      .filter(({ place }) => page.after === undefined || place < page.after)
      .sort((a, b) => (a.place < b.place ? 1 : -1))
    const receipts = found.slice(0, page.limit).map(({ receipt }) => receipt)
    const last = found[page.limit - 1]
    return found.length > page.limit && last ? { receipts, next: last.place, now } : { receipts, now }
  }

  async findAbandoned(query: AbandonedQuery): Promise<readonly InProgress[]> {
    this.#assertOpen()
    const now = this.#now()
    return [...this.#receipts.values()]
      .filter((receipt) => isRecoverable(receipt, query, now))
      .sort((a, b) => a.leaseEndsAt - b.leaseEndsAt)
      .slice(0, query.limit)
  }

  async stats(): Promise<StoreStats> {
    this.#assertOpen()
    const now = this.#now()
    const places = countsByPlace()
    let bytes = 0
    for (const receipt of this.#receipts.values()) {
      places[placeOf(receipt, now)] += 1
      bytes += bytesOf(receipt)
    }
    return { places, bytes }
  }

  async changeByHand(target: HandTarget, change: HandChange): Promise<HandAnswer> {
    const decision = decideByHand(this.#open(target.id), target, change, this.#now())
    if (decision.kind === 'refused') return decision
    this.#write(decision.receipt)
    return { kind: 'changed', receipt: decision.receipt }
  }

  async sweep(limit: number): Promise<SweepAnswer> {
    this.#assertOpen()
    return this.#sweep(limit)
  }

  watch(id: ReceiptId, wake: () => void): Watch {
    const wakes = this.#wakes.get(id) ?? new Wakes()
    this.#wakes.set(id, wakes)
    const leave = wakes.add(wake)
    return {
      stop: () => {
        leave()
        if (wakes.empty && this.#wakes.get(id) === wakes) this.#wakes.delete(id)
      },
    }
  }

  async audit(): Promise<readonly Finding[]> {
    return [
      warning(
        'Receipts live in this process alone: they are gone when it ends, and other processes do not see them.',
      ),
      fact(
        `At most ${this.#maxReceipts} receipts are kept; beyond that new claims are refused, and nothing that lives is evicted.`,
      ),
    ]
  }

  describe(): StoreDescription {
    return describeMemory()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#wakes.clear()
  }

  async age(id: ReceiptId, ms: number): Promise<void> {
    const stored = this.#open(id)
    if (stored) this.#receipts.set(id, aged(stored, ms))
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailable(this.name, 'closed', 'is closed; open another one')
  }

  #open(id: ReceiptId): Receipt | undefined {
    this.#assertOpen()
    return this.#receipts.get(id)
  }

  #underFence(decision: FencedDecision): FencedAnswer {
    if (decision.kind === 'lost') return decision
    if (decision.kind === 'write') this.#write(decision.receipt)
    return { kind: 'settled', receipt: decision.receipt }
  }

  #write(receipt: Receipt): void {
    this.#receipts.set(receipt.id, receipt)
    this.#wakes.get(receipt.id)?.wakeAll()
  }

  #remove(receipt: Receipt): void {
    this.#receipts.delete(receipt.id)
    this.#steps.delete(receipt.incarnation)
  }

  #sweep(limit: number): SweepAnswer {
    const now = this.#now()
    const answer = { dropped: 0, removed: 0, entombed: [] as SweepAnswer['entombed'][number][], more: false }
    let due = 0
    for (const receipt of this.#receipts.values()) {
      const decision = decideSweep(receipt, now)
      if (decision.kind === 'keep') continue
      due += 1
      if (due > limit) return { ...answer, more: true }
      if (decision.kind === 'remove') {
        this.#remove(receipt)
        answer.removed += 1
        continue
      }
      this.#receipts.set(receipt.id, decision.receipt)
      if (decision.kind === 'drop_bytes') answer.dropped += 1
      else {
        this.#steps.delete(receipt.incarnation)
        answer.entombed.push({ id: receipt.id, tenant: receipt.tenant, operation: receipt.operation })
      }
    }
    return answer
  }
}

/** Sorts by creation; the id tells apart those of one millisecond. */
function placeInList({ createdAt, id }: Receipt): string {
  return `${String(Math.max(0, createdAt)).padStart(16, '0')}-${id}`
}

function bytesOf(receipt: Receipt): number {
  const outcome = receipt.state === 'in_progress' ? null : receipt.outcome
  return 512 + (outcome?.length ?? 0) + (receipt.request?.length ?? 0)
}
