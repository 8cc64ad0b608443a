/** Those who wait for one receipt to change: what a store's `watch` is made of. */
export class Wakes {
  readonly #calls = new Set<() => void>()

  get empty(): boolean {
    return this.#calls.size === 0
  }

  /**
   * One `wake` that is given twice is two.
   *
   * @returns takes it back: it isn't called after that.
   */
  add(wake: () => void): () => void {
    const call = (): void => wake()
    this.#calls.add(call)
    return () => void this.#calls.delete(call)
  }

  /** Calls each of them soon, and never before this returns; what one throws keeps no other from its call. */
  wakeAll(): void {
    for (const call of this.#calls) queueMicrotask(() => this.#calls.has(call) && call())
  }

  clear(): void {
    this.#calls.clear()
  }
}
