/** How long attempts of an operation usually take: an exponential average over about the last ten. */
export class Latency {
  #usualMs: number | undefined

  add(ms: number): void {
    this.#usualMs = this.#usualMs === undefined ? ms : this.#usualMs + (ms - this.#usualMs) / 10
  }

  /** When a retry may be worth it, in whole milliseconds: about one attempt from now, and no later than the lease's end. */
  retryAfterMs(leaseLeftMs: number): number {
    return Math.ceil(Math.max(1, Math.min(leaseLeftMs, this.#usualMs ?? leaseLeftMs)))
  }
}
