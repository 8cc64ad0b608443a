/** How long attempts of an operation usually take: an exponential average over about the last ten. */
export class Latency {
  #usualMs: number | undefined

  add(ms: number): void {
    this.#usualMs = this.#usualMs === undefined ? ms : this.#usualMs + (ms - this.#usualMs) / 10
  }

  /** When a retry may be worth it, in whole milliseconds: about one attempt from now, and no later than a lease. */
  retryAfterMs(leaseMs: number): number {
    return Math.ceil(Math.min(leaseMs, Math.max(1, this.#usualMs ?? leaseMs)))
  }
}
