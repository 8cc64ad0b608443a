import {
  type Codec,
  type Fence,
  fenceOf,
  generationOf,
  OptionInvalid,
  type Predecessor,
  type Running,
  type Settling,
  type TransactionSteps,
} from '../core/index.ts'
import { derivedKey } from './derived-key.ts'
import { assertStepName, decodedStep, encodedStep } from './step-result.ts'

/** One run under a claim, inside the transaction that claims and settles it. There is no lease: the transaction holds the key. */
interface AttemptInside {
  /** 1, 2, 3, … under one receipt. An attempt that is rolled back leaves no trace, and its number is given again. */
  readonly number: number
  /** How the attempt before this one ended. */
  readonly predecessor: Predecessor
  /** For a downstream that can check it: an attempt with a lower number is stale. */
  readonly fence: Fence
  /** The idempotency key for the downstream call `step`: the same in every attempt until `refused(step)` is kept. */
  keyFor(step: string): string
  /**
   * The downstream refused `step` definitely: the next attempt's `keyFor(step)` is a new key. Kept when the attempt
   * settles; also where the handler then throws, which for that alone leaves a released receipt behind.
   */
  refused(step: string): void
  /**
   * The request is refused for good: whatever the handler now returns or throws, its effect is undone, and what it
   * returned or threw is stored and given to every retry.
   */
  rejected(): void
}

export interface TransactionAttempt extends AttemptInside {
  /**
   * Runs `run` once for this receipt and keeps its result in the transaction: with the effect, or not at all. A second
   * call of this name gets the kept result. A name has at most 255 bytes of UTF-8.
   */
  step<T>(name: string, run: () => T | Promise<T>): Promise<T>
}

/** On a store whose transactions are synchronous. */
export interface SyncTransactionAttempt extends AttemptInside {
  /**
   * Runs `run` once for this receipt and keeps its result in the transaction: with the effect, or not at all. A second
   * call of this name gets the kept result. A name has at most 255 bytes of UTF-8. `run` may not be asynchronous.
   */
  step<T>(name: string, run: () => T): T
}

export interface AttemptTerms {
  readonly receipt: Running
  readonly secret: string
  readonly codec: Codec
}

/** What both kinds of attempt have in common, and what the engine asks of them. */
export abstract class RunningInside implements AttemptInside {
  readonly number: number
  readonly predecessor: Predecessor
  readonly fence: Fence
  protected readonly codec: Codec
  readonly #receipt: Running
  readonly #secret: string
  readonly #refused = new Set<string>()
  #isRejected = false

  constructor({ receipt, secret, codec }: AttemptTerms) {
    this.number = receipt.attempt
    this.predecessor = receipt.predecessor
    this.fence = fenceOf(receipt)
    this.codec = codec
    this.#receipt = receipt
    this.#secret = secret
  }

  get isRejected(): boolean {
    return this.#isRejected
  }

  get refusals(): Settling['refused'] {
    return [...this.#refused].map((step) => ({ step, generation: generationOf(this.#receipt, step) }))
  }

  keyFor(step: string): string {
    return derivedKey(this.#secret, this.fence.id, step, generationOf(this.#receipt, step))
  }

  refused(step: string): void {
    this.#refused.add(step)
  }

  rejected(): void {
    this.#isRejected = true
  }
}

export class RunningLater extends RunningInside implements TransactionAttempt {
  readonly #steps: TransactionSteps<'async'>
  readonly #running = new Map<string, Promise<Uint8Array>>()
  readonly #saved = new Set<string>()

  constructor(terms: AttemptTerms, steps: TransactionSteps<'async'>) {
    super(terms)
    this.#steps = steps
  }

  async step<T>(name: string, run: () => T | Promise<T>): Promise<T> {
    assertStepName(name)
    const running = this.#running.get(name) ?? this.#keptOrRun(name, run)
    this.#running.set(name, running)
    const over = (): void => {
      if (this.#running.get(name) === running) this.#running.delete(name)
    }
    running.then(over, over)
    return decodedStep(this.codec, await running) as T
  }

  async #keptOrRun(name: string, run: () => unknown): Promise<Uint8Array> {
    // Read each time: what the handler took back to a savepoint of its own is not kept.
    const kept = this.number > 1 || this.#saved.has(name) ? (await this.#steps.read()).get(name) : undefined
    if (kept !== undefined) return kept
    const result = encodedStep(this.codec, await run())
    await this.#steps.save(name, result)
    this.#saved.add(name)
    return result
  }
}

export class RunningAtOnce extends RunningInside implements SyncTransactionAttempt {
  readonly #steps: TransactionSteps<'sync'>
  readonly #saved = new Set<string>()

  constructor(terms: AttemptTerms, steps: TransactionSteps<'sync'>) {
    super(terms)
    this.#steps = steps
  }

  step<T>(name: string, run: () => T): T {
    assertStepName(name)
    const kept = this.number > 1 || this.#saved.has(name) ? this.#steps.read().get(name) : undefined
    return decodedStep(this.codec, kept ?? this.#run(name, run)) as T
  }

  #run(name: string, run: () => unknown): Uint8Array {
    const value = run()
    const asynchronous = refusePromise(value, 'step')
    if (asynchronous !== undefined) throw asynchronous
    const result = encodedStep(this.codec, value)
    this.#steps.save(name, result)
    this.#saved.add(name)
    return result
  }
}

/** Where what a synchronous function gave is a promise: nobody will wait for its end. */
export function refusePromise(value: unknown, of: 'handler' | 'step'): OptionInvalid | undefined {
  if (!isThenable(value)) return undefined
  value.then(undefined, () => undefined)
  return new OptionInvalid(
    of,
    `make it synchronous, without await: this store's transaction locks its whole file, and can't stay open until a promise ends; all of it was rolled back`,
  )
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
