import { setImmediate } from 'node:timers/promises'
import type { Random } from '../../../src/testing/random.ts'

/** What is to happen at a moment; cancelled, it doesn't. */
export interface Planned {
  cancel(): void
}

interface Entry {
  readonly at: number
  readonly rank: number
  readonly happen: () => void
}

/**
 * Time that passes only when it is told to. Whatever is planned for one moment happens in an order drawn from the
 * seed, and after each happening everything that it set off without waiting has run to its end.
 */
export class VirtualTime {
  readonly #random: Random
  readonly #entries = new Set<Entry>()
  #now: number
  /** Happenings so far. */
  steps = 0

  constructor(random: Random, startsAt = 1_800_000_000_000) {
    this.#random = random
    this.#now = startsAt
  }

  get now(): number {
    return this.#now
  }

  /** What is still to happen. */
  get pending(): number {
    return this.#entries.size
  }

  after(ms: number, happen: () => void): Planned {
    const entry: Entry = { at: this.#now + Math.max(0, ms), rank: this.#random.int(2 ** 32), happen }
    this.#entries.add(entry)
    return { cancel: () => void this.#entries.delete(entry) }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Lets `ms` go by. `looked` is called after each happening, and may throw. */
  async pass(ms: number, looked?: () => void): Promise<void> {
    const until = this.#now + ms
    await setImmediate()
    for (let entry = this.#next(until); entry !== undefined; entry = this.#next(until)) {
      this.#entries.delete(entry)
      this.#now = Math.max(this.#now, entry.at)
      this.steps += 1
      entry.happen()
      // Everything that waits for nothing but promises runs before this comes back.
      await setImmediate()
      looked?.()
    }
    this.#now = until
  }

  #next(until: number): Entry | undefined {
    let first: Entry | undefined
    for (const entry of this.#entries) {
      if (entry.at > until) continue
      if (first === undefined || entry.at < first.at || (entry.at === first.at && entry.rank < first.rank)) {
        first = entry
      }
    }
    return first
  }
}
