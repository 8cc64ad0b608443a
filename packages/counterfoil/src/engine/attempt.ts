import {
  type Codec,
  type Fence,
  fenceOf,
  generationOf,
  type Predecessor,
  type ReceiptStore,
  type Running,
} from '../core/index.ts'
import { derivedKey } from './derived-key.ts'
import type { Lease } from './lease.ts'
import { assertStepName, decodedStep, encodedStep } from './step-result.ts'

/** One run under a claim, as its handler sees it. */
export interface Attempt {
  /** 1, 2, 3, … under one receipt. */
  readonly number: number
  /** How the attempt before this one ended. */
  readonly predecessor: Predecessor
  /** For a downstream that can check it: an attempt with a lower number is stale. */
  readonly fence: Fence
  /** Fires before the lease ends, at the maximum duration, or when the claim is lost: stop, another may be running. */
  readonly signal: AbortSignal
  /**
   * The idempotency key for the downstream call `step`: the same in every attempt while that call's outcome is
   * unknown, and a new one after `refused(step)`.
   */
  keyFor(step: string): string
  /**
   * The downstream refused `step` definitely (a declined card, not a time-out): the next attempt's `keyFor(step)` is
   * a new key, so that a downstream which replays its refusals doesn't replay this one.
   * @throws {ClaimLost} where another attempt has taken over.
   */
  refused(step: string): Promise<void>
  /**
   * Runs `run` once and keeps its result under the fence; a later attempt gets the kept result instead of a run.
   * @param name at most 255 bytes of UTF-8
   * @throws {OptionInvalid} for another name; nothing ran
   * @throws {ClaimLost} where another attempt has taken over; what `run` did is then not recorded.
   */
  step<T>(name: string, run: () => T | Promise<T>): Promise<T>
  /** Nothing was executed: whatever the handler now returns or throws, the receipt is released under every guarantee. */
  notExecuted(): void
  /** The effect is unknown: whatever the handler now returns or throws, the receipt is abandoned at once. */
  unknown(): void
}

/** What a handler said of its own attempt; `unknown` outweighs `not_executed`. */
export type Mark = 'none' | 'not_executed' | 'unknown'

export class RunningAttempt implements Attempt {
  readonly number: number
  readonly predecessor: Predecessor
  readonly fence: Fence
  readonly #receipt: Running
  readonly #lease: Lease
  readonly #store: ReceiptStore
  readonly #secret: string
  readonly #codec: Codec
  #mark: Mark = 'none'
  #kept: Promise<ReadonlyMap<string, Uint8Array>> | undefined
  #steps: Map<string, Promise<Uint8Array>> | undefined
  /** What steps gave whose results aren't kept: to try such a step again is to keep its result, and not to run it. */
  #unsaved: Map<string, unknown> | undefined

  constructor(receipt: Running, lease: Lease, store: ReceiptStore, secret: string, codec: Codec) {
    this.number = receipt.attempt
    this.predecessor = receipt.predecessor
    this.fence = fenceOf(receipt)
    this.#receipt = receipt
    this.#lease = lease
    this.#store = store
    this.#secret = secret
    this.#codec = codec
  }

  get signal(): AbortSignal {
    return this.#lease.signal
  }

  /** Whether its signal has fired, asked for or not. */
  get stopped(): boolean {
    return this.#lease.broken
  }

  get mark(): Mark {
    return this.#mark
  }

  /** Whether a step ran and its result could not be kept. */
  get hasUnsavedSteps(): boolean {
    return this.#unsaved !== undefined && this.#unsaved.size > 0
  }

  keyFor(step: string): string {
    return derivedKey(this.#secret, this.fence.id, step, generationOf(this.#receipt, step))
  }

  async refused(step: string): Promise<void> {
    const answer = await this.#store.refused(this.fence, step, generationOf(this.#receipt, step))
    if (answer === 'lost') throw this.#lease.lose('taken_over')
  }

  async step<T>(name: string, run: () => T | Promise<T>): Promise<T> {
    assertStepName(name)
    this.#steps ??= new Map()
    const steps = this.#steps
    const running = steps.get(name) ?? this.#keptOrRun(name, run)
    steps.set(name, running)
    // A step that failed may be tried again by the same handler.
    running.catch(() => steps.delete(name))
    return decodedStep(this.#codec, await running) as T
  }

  notExecuted(): void {
    if (this.#mark === 'none') this.#mark = 'not_executed'
  }

  unknown(): void {
    this.#mark = 'unknown'
  }

  async #keptOrRun(name: string, run: () => unknown): Promise<Uint8Array> {
    // A first attempt has no earlier steps, and asks the store for none.
    const before = this.number === 1 ? undefined : (await this.#earlierSteps()).get(name)
    if (before !== undefined) return before
    this.#unsaved ??= new Map()
    const unsaved = this.#unsaved
    if (!unsaved.has(name)) {
      if (this.#lease.over) throw this.#lease.lose('lease_ending')
      unsaved.set(name, await run())
    }
    const result = encodedStep(this.#codec, unsaved.get(name))
    if ((await this.#store.saveStep(this.fence, name, result)) === 'lost')
      throw this.#lease.lose('taken_over')
    unsaved.delete(name)
    return result
  }

  /** Read once, and again only where the store would not answer. */
  #earlierSteps(): Promise<ReadonlyMap<string, Uint8Array>> {
    const reading = this.#kept ?? this.#store.readSteps(this.fence.id, this.fence.incarnation)
    this.#kept = reading
    reading.catch(() => {
      this.#kept = undefined
    })
    return reading
  }
}
