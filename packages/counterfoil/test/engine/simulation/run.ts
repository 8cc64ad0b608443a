import type { ReceiptStore } from '../../../src/index.ts'
import { memoryStore } from '../../../src/stores/memory/index.ts'
import { type Random, seeded } from '../../../src/testing/random.ts'
import { Books } from './books.ts'
import { signalsFireInTime } from './judging/signals.ts'
import type { Plan } from './plan.ts'
import { VirtualTime } from './virtual-time.ts'

/** What everything in one run shares: the plan, chance, time, the store, and whether the promise still stands. */
export class Run {
  readonly plan: Plan
  readonly random: Random
  readonly time: VirtualTime
  readonly store: ReceiptStore
  readonly books: Books
  /** Told, line by line, what happens when. */
  readonly trace: ((line: string) => void) | undefined
  /** Whether the faults are over. */
  calm = false
  #broken: unknown

  constructor(plan: Plan, seed: number, trace?: (line: string) => void) {
    this.plan = plan
    this.random = seeded(seed)
    this.time = new VirtualTime(this.random)
    this.store = memoryStore({ now: () => this.time.now })
    this.books = new Books(() => this.time.now)
    const startsAt = this.time.now
    this.trace = trace && ((line) => trace(`${String(this.time.now - startsAt).padStart(6)} ms  ${line}`))
  }

  /** Keeps the violation that `look` throws for `pass`: where it is found, the engine's own code might catch it. */
  judge(look: () => void): void {
    try {
      look()
    } catch (error) {
      this.#broken ??= error
    }
  }

  /**
   * Lets `ms` go by.
   *
   * @throws {Violation} as soon as the promise is broken.
   */
  async pass(ms: number): Promise<void> {
    await this.time.pass(ms, () => {
      signalsFireInTime(this.books, this.time.now)
      if (this.#broken) throw this.#broken
    })
    if (this.#broken) throw this.#broken
  }
}
