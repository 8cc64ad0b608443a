import {
  type Attempt,
  type Call,
  createReceipts,
  type ReceiptEvent,
  type ReceiptStore,
  type Receipts,
  type ReceiptsOptions,
  receiptId,
  type ScopedKey,
} from '../../src/index.ts'
import { type MemoryStoreOptions, memoryStore } from '../../src/stores/memory/index.ts'
import { seeded } from '../../src/testing/random.ts'
import { Machine } from './simulation/machine.ts'
import { type Fate, StoreLink } from './simulation/store-link.ts'
import { VirtualTime } from './simulation/virtual-time.ts'

/** Processes around one store in virtual time, in which nothing goes wrong unless a test says so. */
export class World {
  readonly time: VirtualTime = new VirtualTime(seeded(1))
  readonly store: ReceiptStore
  #machines = 0

  constructor(options: MemoryStoreOptions = {}) {
    this.store = memoryStore({ now: () => this.time.now, ...options })
  }

  /** One more process. It doesn't sweep unless asked to. */
  process(options: Omit<ReceiptsOptions, 'store' | 'runtime'> = {}): Process {
    this.#machines += 1
    return new Process(`p${this.#machines}`, this, options)
  }

  pass(ms: number): Promise<void> {
    return this.time.pass(ms)
  }
}

export class Process {
  readonly machine: Machine
  readonly link: StoreLink
  readonly receipts: Receipts
  readonly events: ReceiptEvent[] = []
  /** What becomes of the next calls of a verb, first to last; then all is well again. */
  readonly fates: Partial<Record<string, Partial<Fate>[]>> = {}
  /** What becomes of every call that `fates` doesn't tell of. */
  always: Partial<Fate> = {}

  constructor(name: string, world: World, options: Omit<ReceiptsOptions, 'store' | 'runtime'>) {
    this.machine = new Machine(name, world.time, 1)
    this.link = new StoreLink({
      store: world.store,
      machine: this.machine,
      time: world.time,
      fateOf: (verb) => ({
        sendMs: 0,
        answerMs: 0,
        fault: 'none',
        ...(this.fates[verb]?.shift() ?? this.always),
      }),
    })
    this.receipts = createReceipts({
      sweep: 'off',
      ...options,
      store: this.link,
      runtime: this.machine.runtime,
      onEvent: (event) => this.events.push(event),
    })
  }

  /** The types of its events since it began. */
  get told(): readonly string[] {
    return this.events.map(({ type }) => type)
  }
}

/** A promise, and how it has ended if it has. */
export interface Followed<T> {
  readonly promise: Promise<T>
  ended: boolean
  value?: T
  error?: unknown
}

export function follow<T>(promise: Promise<T>): Followed<T> {
  const followed: Followed<T> = { promise, ended: false }
  promise.then(
    (value) => Object.assign(followed, { ended: true, value }),
    (error) => Object.assign(followed, { ended: true, error }),
  )
  return followed
}

/** A handler that ends when the test says so, and tells how often it began. */
export class Work<T = string> {
  readonly attempts: Attempt[] = []
  readonly #ends: { resolve: (value: T) => void; reject: (error: unknown) => void }[] = []

  readonly handler = (attempt: Attempt): Promise<T> => {
    this.attempts.push(attempt)
    return new Promise((resolve, reject) => this.#ends.push({ resolve, reject }))
  }

  /** The one that has begun last. */
  get attempt(): Attempt {
    return this.attempts.at(-1) as Attempt
  }

  return(value: T, run: number = this.#ends.length - 1): void {
    this.#ends[run]?.resolve(value)
  }

  throw(error: unknown, run: number = this.#ends.length - 1): void {
    this.#ends[run]?.reject(error)
  }
}

const TENANT = 'acme'
export const OPERATION = 'pay'

/** A call with this key; its request is the same for each key. */
export function call(
  key = 'order 1',
  more: { request?: unknown; credentials?: string; signal?: AbortSignal } = {},
): Call {
  return { tenant: TENANT, key, request: { amount: 1 }, ...more }
}

export function idOf(key = 'order 1', scope: Partial<ScopedKey> = {}): string {
  return receiptId({ tenant: TENANT, operation: OPERATION, key, ...scope })
}
