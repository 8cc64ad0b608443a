export interface Timer {
  cancel(): void
}

/** Shorter waits have a timer of their own. */
const SHARED_FROM_MS = 500
/** A wait is at most this share of itself longer than it was asked to be; never shorter. */
const PRECISION = 64
/** Beyond 2^31-1 ms setTimeout fires at once; the callers look at the clock again when it does fire. */
const LONGEST_MS = 0x7fffffff

/**
 * Timers for what is nearly always cancelled: a first-time request starts four, a replay one. Waits that end about the same
 * time share one of Node's, which stays until it is due: 5 % less of a request's CPU through the gateway, replayed or not,
 * than with one of Node's for each.
 */
export class SharedTimers {
  readonly #rounds = new Map<number, Round>()

  after(ms: number, then: () => void, process: 'keep_alive' | 'let_exit'): Timer {
    if (ms < SHARED_FROM_MS) return ownTimer(ms, then, process)
    const bounded = Math.min(ms, LONGEST_MS)
    const step = 1 << (31 - Math.clz32(bounded / PRECISION))
    const now = performance.now()
    const dueAt = (Math.floor((now + bounded) / step) + 1) * step
    return new Wait(this.#roundAt(dueAt, now), then, process === 'keep_alive')
  }

  #roundAt(dueAt: number, now: number): Round {
    const known = this.#rounds.get(dueAt)
    if (known) return known
    const round = new Round(Math.min(dueAt - now, LONGEST_MS), () => this.#rounds.delete(dueAt))
    this.#rounds.set(dueAt, round)
    return round
  }
}

function ownTimer(ms: number, then: () => void, process: 'keep_alive' | 'let_exit'): Timer {
  const timer = setTimeout(then, ms)
  if (process === 'let_exit') timer.unref()
  return { cancel: () => clearTimeout(timer) }
}

/** Those whose waits end together. */
class Round {
  last: Wait | undefined
  readonly #timer: NodeJS.Timeout
  #keepingAlive = 0

  constructor(ms: number, over: () => void) {
    this.#timer = setTimeout(() => {
      over()
      // Each by itself: what one throws keeps no other from its end.
      for (let wait = this.last; wait !== undefined; wait = wait.before) queueMicrotask(wait.end.bind(wait))
    }, ms).unref()
  }

  keepAlive(more: 1 | -1): void {
    this.#keepingAlive += more
    if (this.#keepingAlive === 0) this.#timer.unref()
    else if (this.#keepingAlive === 1 && more === 1) this.#timer.ref()
  }
}

class Wait implements Timer {
  before: Wait | undefined
  #after: Wait | undefined
  #round: Round | undefined
  readonly #then: () => void
  readonly #keepsAlive: boolean

  constructor(round: Round, then: () => void, keepsAlive: boolean) {
    this.#round = round
    this.#then = then
    this.#keepsAlive = keepsAlive
    this.before = round.last
    if (this.before !== undefined) this.before.#after = this
    round.last = this
    if (keepsAlive) round.keepAlive(1)
  }

  cancel(): void {
    const round = this.#round
    if (round === undefined) return
    this.#round = undefined
    if (this.before !== undefined) this.before.#after = this.#after
    if (this.#after !== undefined) this.#after.before = this.before
    else round.last = this.before
    // Or who has left would keep those who came with it, as in `Passing`.
    this.before = undefined
    this.#after = undefined
    if (this.#keepsAlive) round.keepAlive(-1)
  }

  end(): void {
    if (this.#round === undefined) return
    this.cancel()
    this.#then()
  }
}
