import {
  type ClaimDecision,
  type ClaimRequest,
  type Fence,
  type FencedAnswer,
  fenceOf,
  type ReceiptStore,
  type Running,
  type Settlement,
} from '../../core/index.ts'
import {
  claimAnswerOf,
  type StormEvent,
  type Unknown,
  type WriteAnswer,
  type WriteEvent,
  writeAnswerOf,
} from './storm-event.ts'

/** Makes calls on a store and writes down what was asked, answered and when. */
export class Recorder {
  readonly events: StormEvent[] = []
  readonly #store: ReceiptStore
  readonly #caller: string

  constructor(store: ReceiptStore, caller: string) {
    this.#store = store
    this.#caller = caller
  }

  async claim(request: ClaimRequest): Promise<ClaimDecision | undefined> {
    const { id, token, leaseMs, ttlMs, keyRetentionMs, policies } = request
    const terms = { onAbandoned: policies.onAbandoned, leaseMs, ttlMs, keyRetentionMs }
    const startedAt = monotonicMs()
    const [decision, failure] = await answered(() => this.#store.claim(request))
    const answer = failure ?? claimAnswerOf(decision as ClaimDecision)
    this.events.push({
      call: 'claim',
      caller: this.#caller,
      id,
      token,
      terms,
      startedAt,
      endedAt: monotonicMs(),
      answer,
    })
    return decision
  }

  async settle(claimed: Running, settlement: Settlement): Promise<FencedAnswer | undefined> {
    const fence = fenceOf(claimed)
    return this.#write('settle', fence, settlement.as, () => this.#store.settle(fence, settlement, claimed))
  }

  async yield(fence: Fence, recoverAfterMs: number): Promise<FencedAnswer | undefined> {
    return this.#write('yield', fence, null, () => this.#store.yield(fence, recoverAfterMs))
  }

  async renew(fence: Fence, leaseMs: number): Promise<'renewed' | 'lost' | undefined> {
    return this.#write('renew', fence, null, () => this.#store.renew(fence, leaseMs))
  }

  async #write<T extends FencedAnswer | 'renewed' | 'lost'>(
    call: WriteEvent['call'],
    fence: Fence,
    as: WriteEvent['as'],
    make: () => Promise<T>,
  ): Promise<T | undefined> {
    const startedAt = monotonicMs()
    const [given, failure] = await answered(make)
    const answer: WriteAnswer = failure ?? writeAnswerOf(given as T)
    this.events.push({
      call,
      caller: this.#caller,
      id: fence.id,
      fence,
      as,
      startedAt,
      endedAt: monotonicMs(),
      answer,
    })
    return given
  }
}

async function answered<T>(call: () => Promise<T>): Promise<[T, undefined] | [undefined, Unknown]> {
  try {
    return [await call(), undefined]
  } catch (error) {
    return [
      undefined,
      { kind: 'unknown', why: error instanceof Error ? `${error.name}: ${error.message}` : String(error) },
    ]
  }
}

/** One clock for all processes of a machine. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
