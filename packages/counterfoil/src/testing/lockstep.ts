import {
  type AbandonedQuery,
  aged,
  type ClaimDecision,
  type ClaimRequest,
  countsByPlace,
  decideByHand,
  decideClaim,
  decideRefused,
  decideRenew,
  decideSettle,
  decideStep,
  decideSweep,
  decideYield,
  type Fence,
  type FencedAnswer,
  type FencedDecision,
  fenceOf,
  type HandAnswer,
  type HandChange,
  type HandTarget,
  type InProgress,
  isRecoverable,
  type ListFilter,
  matchesFilter,
  placeOf,
  type Receipt,
  type ReceiptId,
  type ReceiptStore,
  type Running,
  type Settlement,
  type StoreTime,
  type SweepAnswer,
} from '../core/index.ts'
import { eventually } from './eventually.ts'
import { ContractViolation, differenceOf, expectSame, expectThat, shown } from './violation.ts'

interface Prediction<T> {
  readonly answer: T
  readonly receipt: Receipt | undefined
}

type Predict<T> = (stored: Receipt | undefined, now: StoreTime) => Prediction<T>

/**
 * The store and the pure decisions, side by side: each verb reads what is stored, decides by the function that the
 * contract names, calls the store, and compares both the answer and what is stored then. Between two calls nothing
 * may change. One caller at a time.
 */
export class Lockstep {
  readonly #store: ReceiptStore
  /** Reads by a connection of its own, where there is one: what was written must be seen there. */
  readonly #reader: ReceiptStore
  readonly #known = new Map<ReceiptId, Receipt | undefined>()
  readonly #steps = new Map<string, Map<string, Uint8Array>>()
  /** By fence: what the claim gave. */
  readonly #claimed = new Map<string, Running>()

  constructor(store: ReceiptStore, reader: ReceiptStore = store) {
    this.#store = store
    this.#reader = reader
  }

  /** What is stored under this id, as last seen. */
  known(id: ReceiptId): Receipt | undefined {
    return this.#known.get(id)
  }

  async claim(request: ClaimRequest): Promise<ClaimDecision> {
    const before = this.#known.get(request.id)
    const answer = await this.#step(
      `claim (${request.intent})`,
      request.id,
      () => this.#store.claim(request),
      (stored, now) => {
        const decision = decideClaim(stored, request, now)
        return { answer: decision, receipt: decision.kind === 'claimed' ? decision.receipt : stored }
      },
    )
    if (answer.kind === 'claimed') this.#claimed.set(nameOf(fenceOf(answer.receipt)), answer.receipt)
    if (before && before.incarnation !== this.#known.get(request.id)?.incarnation) {
      await this.#stepsAreGone(before)
    }
    return answer
  }

  /** @param atHand whether the settling caller still has the receipt that its claim gave. */
  settle(
    fence: Fence,
    settlement: Settlement,
    atHand: 'fence' | 'fence and receipt' = 'fence',
  ): Promise<FencedAnswer> {
    const claimed = atHand === 'fence' ? undefined : this.#claimed.get(nameOf(fence))
    return this.#step(
      `settle as ${settlement.as} with ${atHand} at hand`,
      fence.id,
      () => this.#store.settle(fence, settlement, claimed),
      (stored, now) => fenced(stored, decideSettle(stored, fence, settlement, now)),
    )
  }

  yield(fence: Fence, recoverAfterMs: number): Promise<FencedAnswer> {
    return this.#step(
      'yield',
      fence.id,
      () => this.#store.yield(fence, recoverAfterMs),
      (stored, now) => fenced(stored, decideYield(stored, fence, recoverAfterMs, now)),
    )
  }

  renew(fence: Fence, leaseMs: number): Promise<'renewed' | 'lost'> {
    return this.#step(
      'renew',
      fence.id,
      () => this.#store.renew(fence, leaseMs),
      (stored, now) => {
        const decision = decideRenew(stored, fence, leaseMs, now)
        return decision.kind === 'lost'
          ? { answer: 'lost', receipt: stored }
          : { answer: 'renewed', receipt: decision.receipt }
      },
    )
  }

  refused(fence: Fence, step: string, generation: number): Promise<'written' | 'lost'> {
    return this.#step(
      'refused',
      fence.id,
      () => this.#store.refused(fence, step, generation),
      (stored) => {
        const decision = decideRefused(stored, fence, step, generation)
        return decision.kind === 'lost'
          ? { answer: 'lost', receipt: stored }
          : { answer: 'written', receipt: decision.receipt }
      },
    )
  }

  async saveStep(fence: Fence, step: string, result: Uint8Array): Promise<'written' | 'lost'> {
    const answer = await this.#step<'written' | 'lost'>(
      'saveStep',
      fence.id,
      () => this.#store.saveStep(fence, step, result),
      (stored) => ({ answer: decideStep(stored, fence) === 'lost' ? 'lost' : 'written', receipt: stored }),
    )
    if (answer === 'written') {
      const steps = this.#steps.get(fence.incarnation) ?? new Map<string, Uint8Array>()
      if (!steps.has(step)) steps.set(step, result)
      this.#steps.set(fence.incarnation, steps)
    }
    await this.stepsAreKept(fence.id, fence.incarnation)
    return answer
  }

  async stepsAreKept(id: ReceiptId, incarnation: string): Promise<void> {
    const seen = await this.#reader.readSteps(id, incarnation)
    const expected = this.#steps.get(incarnation) ?? new Map<string, Uint8Array>()
    expectSame(`the steps of ${incarnation}`, [...expected].sort(byName), [...seen].sort(byName))
  }

  changeByHand(target: HandTarget, change: HandChange): Promise<HandAnswer> {
    return this.#step(
      `${change.do} by hand`,
      target.id,
      () => this.#store.changeByHand(target, change),
      (stored, now) => {
        const decision = decideByHand(stored, target, change, now)
        return decision.kind === 'refused'
          ? { answer: decision, receipt: stored }
          : { answer: { kind: 'changed', receipt: decision.receipt }, receipt: decision.receipt }
      },
    )
  }

  async age(id: ReceiptId, ms: number): Promise<void> {
    await this.#step(
      'age',
      id,
      () => this.#store.age(id, ms),
      (stored) => ({
        answer: undefined,
        receipt: stored && aged(stored, ms),
      }),
    )
  }

  /** Sweeps, and finds every receipt that it has seen either as it was or as `decideSweep` would have it. */
  async sweep(limit: number): Promise<SweepAnswer> {
    const before = await this.#readAll()
    const answer = await this.#store.sweep(limit)
    const counted = { dropped: 0, removed: 0, entombed: [] as SweepAnswer['entombed'][number][] }
    let due = 0
    for (const { receipt, now } of before) {
      const decision = decideSweep(receipt, now)
      const { receipt: after } = await this.#reader.read(receipt.id)
      this.#known.set(receipt.id, after)
      if (decision.kind !== 'keep') due += 1
      const unchanged = differenceOf(receipt, receipt, after)
      if (unchanged === undefined) continue
      expectThat(decision.kind !== 'keep', `the sweep touched a receipt that isn't due: ${unchanged}`)
      expectSame(
        `the sweep (${decision.kind})`,
        decision.kind === 'remove' ? undefined : decision.receipt,
        after,
      )
      if (decision.kind === 'remove') counted.removed += 1
      if (decision.kind === 'drop_bytes') counted.dropped += 1
      if (decision.kind === 'entomb') {
        counted.entombed.push({ id: receipt.id, tenant: receipt.tenant, operation: receipt.operation })
      }
      if (decision.kind !== 'drop_bytes') await this.#stepsAreGone(receipt)
    }
    const done = counted.dropped + counted.removed + counted.entombed.length
    expectSame(`of ${due} due receipts, a sweep of ${limit} did`, Math.min(due, limit), done)
    const { dropped, removed, entombed } = answer
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
    expectSame(
      'the sweep counts',
      { ...counted, entombed: counted.entombed.sort(byId) },
      { dropped, removed, entombed: entombed.toSorted(byId) },
    )
    expectSame('the sweep says that there is more', due > limit, answer.more)
    return answer
  }

  /** Walks the whole list in pages, and finds every receipt that it should, once, newest first. */
  async list(filter: ListFilter, pageSize: number): Promise<readonly Receipt[]> {
    const walked = await eventually(async () => {
      const receipts: Receipt[] = []
      let after: string | undefined
      let pages = 0
      do {
        const page = await this.#reader.list(filter, {
          limit: pageSize,
          ...(after === undefined ? {} : { after }),
        })
        expectThat(page.receipts.length <= pageSize, `a page of at most ${pageSize}`, page.receipts.length)
        receipts.push(...page.receipts)
        after = page.next
        pages += 1
        expectThat(pages <= this.#known.size + 2, 'the walk of a list ends', pages)
      } while (after !== undefined)
      const stored = (await this.#readAll()).filter(({ receipt, now }) => matchesFilter(receipt, filter, now))
      const byId = (a: Receipt, b: Receipt) => (a.id < b.id ? -1 : 1)
      const expected = stored.map(({ receipt }) => receipt)
      expectSame(`the list of ${shown(filter)}`, expected.toSorted(byId), receipts.toSorted(byId))
      return receipts
    })
    walked.forEach((receipt, index) => {
      const older = walked[index + 1]
      expectThat(older === undefined || older.createdAt <= receipt.createdAt, 'the list is newest first')
    })
    return walked
  }

  async findAbandoned(query: AbandonedQuery): Promise<readonly InProgress[]> {
    return eventually(async () => {
      const found = await this.#reader.findAbandoned(query)
      const stored = (await this.#readAll()).flatMap(({ receipt, now }) =>
        isRecoverable(receipt, query, now) ? [receipt] : [],
      )
      const longest = stored.toSorted((a, b) => a.leaseEndsAt - b.leaseEndsAt).slice(0, query.limit)
      const times = (receipts: readonly InProgress[]) =>
        receipts.map((receipt) => ({ lapsedAt: receipt.leaseEndsAt }))
      expectSame(`abandoned for ${query.forMs} ms, longest first`, times(longest), times(found))
      for (const receipt of found) expectSame('what is found abandoned', this.#known.get(receipt.id), receipt)
      return found
    })
  }

  async stats(): Promise<void> {
    await eventually(async () => {
      const places = countsByPlace()
      for (const { receipt, now } of await this.#readAll()) places[placeOf(receipt, now)] += 1
      const stats = await this.#reader.stats()
      expectSame('the stats', places, stats.places)
      const any = Object.values(places).some((count) => count > 0)
      expectThat(stats.bytes >= 0 && (stats.bytes > 0 || !any), 'receipts take some bytes', stats.bytes)
    })
  }

  async #step<T>(verb: string, id: ReceiptId, call: () => Promise<T>, predict: Predict<T>): Promise<T> {
    const before = await this.#read(id)
    const answer = await call()
    const after = await this.#reader.read(id)
    this.#known.set(id, after.receipt)
    const early = predict(before.receipt, before.now)
    const late = predict(before.receipt, after.now)
    const where = `${verb} on ${describeStored(before.receipt, before.now)}`
    // The moment of a boundary fell into the call: either answer is right, and the next call starts from it.
    if (differenceOf(shapeOf(early), shapeOf(early), shapeOf(late)) !== undefined) return answer
    const answered = differenceOf(early.answer, late.answer, answer)
    if (answered)
      throw new ContractViolation(`${where}: the answer differs: ${answered}; answered ${shown(answer)}`)
    const stored = differenceOf(early.receipt, late.receipt, after.receipt)
    if (stored && forgotten(early.receipt, after)) this.#steps.delete(early.receipt?.incarnation ?? '')
    else if (stored) {
      throw new ContractViolation(`${where}: what is stored differs: ${stored}; answered ${shown(answer)}`)
    }
    return answer
  }

  /** What is stored now, which is what was stored when last seen. */
  async #read(id: ReceiptId): Promise<{ readonly receipt: Receipt | undefined; readonly now: StoreTime }> {
    const reading = await this.#reader.read(id)
    const known = this.#known.get(id)
    const changed = differenceOf(known, known, reading.receipt)
    if (changed && forgotten(known, reading)) this.#steps.delete(known?.incarnation ?? '')
    else if (changed) throw new ContractViolation(`between two calls a receipt changed: ${changed}`)
    this.#known.set(id, reading.receipt)
    return reading
  }

  async #readAll(): Promise<readonly { readonly receipt: Receipt; readonly now: StoreTime }[]> {
    const all: { receipt: Receipt; now: StoreTime }[] = []
    for (const id of this.#known.keys()) {
      const { receipt, now } = await this.#read(id)
      if (receipt) all.push({ receipt, now })
    }
    return all
  }

  async #stepsAreGone({ id, incarnation }: Receipt): Promise<void> {
    this.#steps.delete(incarnation)
    await this.stepsAreKept(id, incarnation)
  }
}

/** A store may let go by itself of what is past key retention, and of its steps with it. */
function forgotten(
  expected: Receipt | undefined,
  { receipt, now }: { receipt: Receipt | undefined; now: StoreTime },
): boolean {
  return receipt === undefined && placeOf(expected, now) === 'absent'
}

function fenced(stored: Receipt | undefined, decision: FencedDecision): Prediction<FencedAnswer> {
  if (decision.kind === 'lost') return { answer: decision, receipt: stored }
  return { answer: { kind: 'settled', receipt: decision.receipt }, receipt: decision.receipt }
}

function nameOf({ id, incarnation, attempt, token }: Fence): string {
  return JSON.stringify([id, incarnation, attempt, token])
}

/** The words of a prediction, without its numbers. */
function shapeOf({ answer, receipt }: Prediction<unknown>): unknown {
  return {
    answer: (answer as { kind?: string } | undefined)?.kind ?? answer,
    attempt: receipt?.attempt,
    state: receipt?.state,
  }
}

function describeStored(receipt: Receipt | undefined, now: StoreTime): string {
  if (receipt === undefined) return 'nothing'
  return `attempt ${receipt.attempt}, ${placeOf(receipt, now)}, ${receipt.policies.onAbandoned} when abandoned`
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
