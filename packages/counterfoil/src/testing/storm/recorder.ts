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
import { askedClaimOf, askedSettleOf } from './asked.ts'
import {
  claimAnswerOf,
  type StormEvent,
  type Unknown,
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
    const startedAt = monotonicMs()
    const [decision, failure] = await answered(() => this.#store.claim(request))
    this.events.push({
      call: 'claim',
      caller: this.#caller,
      id: request.id,
      asked: askedClaimOf(request),
      startedAt,
      endedAt: monotonicMs(),
      answer: failure ?? claimAnswerOf(decision as ClaimDecision),
    })
    return decision
  }

  async settle(claimed: Running, settlement: Settlement): Promise<FencedAnswer | undefined> {
    const fence = fenceOf(claimed)
    return this.#write({ call: 'settle', asked: askedSettleOf(settlement) }, fence, () =>
      this.#store.settle(fence, settlement, claimed),
    )
  }

  async yield(fence: Fence, recoverAfterMs: number): Promise<FencedAnswer | undefined> {
    return this.#write({ call: 'yield', asked: { recoverAfterMs } }, fence, () =>
      this.#store.yield(fence, recoverAfterMs),
    )
  }

  async renew(fence: Fence, leaseMs: number): Promise<'renewed' | 'lost' | undefined> {
    return this.#write({ call: 'renew', asked: { leaseMs } }, fence, () => this.#store.renew(fence, leaseMs))
  }

  async #write<T extends FencedAnswer | 'renewed' | 'lost'>(
    what: Asked,
    fence: Fence,
    make: () => Promise<T>,
  ): Promise<T | undefined> {
    const startedAt = monotonicMs()
    const [given, failure] = await answered(make)
    this.events.push({
      ...what,
      caller: this.#caller,
      id: fence.id,
      fence,
      startedAt,
      endedAt: monotonicMs(),
      answer: failure ?? writeAnswerOf(given as T),
    })
    return given
  }
}

type Asked = AskedOf<'settle'> | AskedOf<'yield'> | AskedOf<'renew'>
type AskedOf<Verb extends WriteEvent['call']> = Pick<Extract<WriteEvent, { call: Verb }>, 'call' | 'asked'>

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
