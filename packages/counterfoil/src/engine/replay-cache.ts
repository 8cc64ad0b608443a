import {
  type ClaimDecision,
  type ClaimRequest,
  type Duration,
  decideClaim,
  durationMs,
  isTransactional,
  type Receipt,
  type ReceiptId,
  type ReceiptStore,
  type StoreTime,
  type Succeeded,
} from '../core/index.ts'
import { positive, refuseUnknown, whole } from './settings.ts'

/** Bounds of what is kept in this process's memory to replay from. */
export interface ReplayCacheOptions {
  /**
   * How long a success is replayed from memory at the most. Nobody can change a success before it expires, so only a
   * store that has lost it, or was emptied by hand, can differ from what is replayed, and for so long. Default 5 s.
   */
  readonly keepFor?: Duration
  /** Default 1000. */
  readonly maxReceipts?: number
  /** Of outcomes; one larger than a sixteenth of it is not kept. Default 16 MiB. */
  readonly maxBytes?: number
}

interface Terms {
  readonly keepForMs: number
  readonly maxReceipts: number
  readonly maxBytes: number
}

interface Kept {
  readonly receipt: Succeeded
  readonly bytes: number
  /** By `elapsed`. */
  readonly until: number
}

/**
 * The store with its recent successes at hand: a retry that comes soon is answered without asking. It is `decideClaim`
 * that answers, as in the store, so that another request under the key is a conflict, other credentials are refused, and
 * what has expired is not replayed.
 *
 * Only a success is kept, since nothing changes it but time. The store's time is not known here, but how late it can be
 * at the most: a claim that is won tells a moment of it, which was not before that call was sent. Until one is won
 * nothing is replayed from here. A store whose clock is stepped forwards, or whose nodes' clocks differ, replays an expired
 * success for that much longer, and for no longer than `keepFor`.
 *
 * @param elapsed milliseconds, never running backwards.
 */
export function withReplayCache(
  store: ReceiptStore,
  elapsed: () => number,
  options: ReplayCacheOptions,
): ReceiptStore {
  const cache = new ReplayCache(elapsed, termsOf(options))
  const caching: ReceiptStore = {
    name: store.name,
    async claim(request) {
      const known = cache.answer(request)
      if (known !== undefined) return known
      const sentAt = elapsed()
      const decision = await store.claim(request)
      if (decision.kind === 'claimed') cache.sawTime(decision.receipt.leaseEndsAt - request.leaseMs, sentAt)
      if (decision.kind === 'replay') cache.keep(decision.receipt)
      return decision
    },
    async settle(fence, settlement, claimed) {
      const answer = await store.settle(fence, settlement, claimed)
      if (answer.kind === 'settled') cache.keep(answer.receipt)
      return answer
    },
    async age(id, ms) {
      cache.forget(id)
      await store.age(id, ms)
      cache.forget(id)
    },
    renew: (fence, leaseMs) => store.renew(fence, leaseMs),
    yield: (fence, recoverAfterMs) => store.yield(fence, recoverAfterMs),
    refused: (fence, step, generation) => store.refused(fence, step, generation),
    saveStep: (fence, step, result) => store.saveStep(fence, step, result),
    readSteps: (id, incarnation) => store.readSteps(id, incarnation),
    read: (id) => store.read(id),
    list: (filter, page) => store.list(filter, page),
    findAbandoned: (query) => store.findAbandoned(query),
    stats: () => store.stats(),
    changeByHand: (target, change) => store.changeByHand(target, change),
    sweep: (limit) => store.sweep(limit),
    watch: (id, wake) => store.watch(id, wake),
    audit: () => store.audit(),
    describe: () => store.describe(),
    close: () => {
      cache.clear()
      return store.close()
    },
  }
  // A transaction goes by the store itself: it decides on what it sees in it.
  return isTransactional(store) ? Object.assign(caching, { transactions: store.transactions }) : caching
}

class ReplayCache {
  readonly #elapsed: () => number
  readonly #terms: Terms
  /** In the order in which they were kept, which is that in which they are let go. */
  readonly #kept = new Map<ReceiptId, Kept>()
  #bytes = 0
  /** How far the store's time is ahead of `elapsed`, at the most. */
  #aheadMs: number | undefined

  constructor(elapsed: () => number, terms: Terms) {
    this.#elapsed = elapsed
    this.#terms = terms
  }

  /** `undefined` where the store has to be asked. */
  answer(request: ClaimRequest): ClaimDecision | undefined {
    const kept = this.#kept.get(request.id)
    if (kept === undefined || this.#aheadMs === undefined) return undefined
    const now = this.#elapsed()
    if (now >= kept.until) {
      this.forget(request.id)
      return undefined
    }
    const decision = decideClaim(kept.receipt, request, now + this.#aheadMs)
    return isOfASuccess(decision) ? decision : undefined
  }

  sawTime(time: StoreTime, sentAt: number): void {
    this.#aheadMs = time - sentAt
  }

  keep(receipt: Receipt): void {
    if (receipt.state !== 'succeeded' || receipt.outcome === null) return
    const bytes = receipt.outcome.length
    if (bytes > this.#terms.maxBytes / 16) return
    this.forget(receipt.id)
    this.#kept.set(receipt.id, { receipt, bytes, until: this.#elapsed() + this.#terms.keepForMs })
    this.#bytes += bytes
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#terms.maxReceipts && this.#bytes <= this.#terms.maxBytes) break
      this.forget(oldest)
    }
  }

  forget(id: ReceiptId): void {
    this.#bytes -= this.#kept.get(id)?.bytes ?? 0
    this.#kept.delete(id)
  }

  clear(): void {
    this.#kept.clear()
    this.#bytes = 0
  }
}

/** What a success that hasn't expired answers; anything else is the store's to say. */
function isOfASuccess({ kind }: ClaimDecision): boolean {
  return kind === 'replay' || kind === 'conflict' || kind === 'forbidden' || kind === 'other_algorithm'
}

function termsOf(options: ReplayCacheOptions): Terms {
  refuseUnknown(options, ['keepFor', 'maxReceipts', 'maxBytes'] satisfies (keyof ReplayCacheOptions)[])
  const { keepFor = '5s', maxReceipts = 1000, maxBytes = 16 * 2 ** 20 } = options
  return {
    keepForMs: positive('replayCache.keepFor', durationMs('replayCache.keepFor', keepFor)),
    maxReceipts: whole('replayCache.maxReceipts', maxReceipts),
    maxBytes: whole('replayCache.maxBytes', maxBytes),
  }
}
