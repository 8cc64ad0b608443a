import { ClaimLost, type Fence, type ReceiptStore } from '../core/index.ts'
import type { Events } from './events.ts'
import type { Runtime, Timer } from './runtime.ts'

export interface LeaseTerms {
  readonly leaseMs: number
  /** The lease is not renewed beyond this long after the claim. */
  readonly maxDurationMs: number
}

/** Told how a lease fares. */
export interface LeaseListener {
  /** It holds for `leftMs` from now. */
  renewed(leftMs: number): void
  /** The signal fires. */
  lost(): void
}

/** The share of a lease that is kept back: the signal fires this much before the lease ends. */
const MARGIN = 0.1

/** How long after it was asked for a lease is good to begin or go on with: not to its very end. */
export function holdsUntilMs(leaseMs: number): number {
  return leaseMs * (1 - MARGIN)
}

/**
 * A holder's own view of its lease. It is counted from before the claim or renewal was *sent*, so that what the holder
 * believes ends no later than what the store believes; it is renewed each third of its length; and the signal fires
 * before it ends, since after it another attempt may already be running.
 */
export class Lease {
  readonly #store: ReceiptStore
  readonly #fence: Fence
  readonly #operation: string
  readonly #terms: LeaseTerms
  readonly #runtime: Runtime
  readonly #elapsed: () => number
  readonly #events: Events
  readonly #listener: LeaseListener
  readonly #claimSentAt: number
  readonly #deadline: number
  #endsAt: number
  #guard: Timer
  #beat: Timer
  #renewing = true
  #abort: AbortController | undefined
  #lostBecause: ClaimLost | undefined

  constructor(of: {
    store: ReceiptStore
    fence: Fence
    operation: string
    terms: LeaseTerms
    runtime: Runtime
    elapsed: () => number
    events: Events
    /** By `elapsed`: just before the claim that won was sent. */
    claimSentAt: number
    listener: LeaseListener
  }) {
    this.#store = of.store
    this.#fence = of.fence
    this.#operation = of.operation
    this.#terms = of.terms
    this.#runtime = of.runtime
    this.#elapsed = of.elapsed
    this.#events = of.events
    this.#listener = of.listener
    this.#claimSentAt = of.claimSentAt
    this.#endsAt = of.claimSentAt + of.terms.leaseMs
    this.#deadline = of.claimSentAt + of.terms.maxDurationMs
    this.#guard = this.#armGuard()
    this.#beat = this.#scheduleBeat(of.terms.leaseMs / 3)
  }

  /** Fires with a `ClaimLost` before the lease ends, at the maximum duration, or once the claim is known to be lost. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#lostBecause) this.#abort.abort(this.#lostBecause)
    return this.#abort.signal
  }

  /** Whether the signal has fired, or would have if anybody had asked for it. */
  get broken(): boolean {
    return this.#lostBecause !== undefined
  }

  /** Whether it is too late to begin anything under it, whatever its timers have come to. */
  get over(): boolean {
    return this.broken || this.#elapsed() >= this.#lastMoment
  }

  /** By the engine's elapsed clock: just before the claim that won was sent. */
  get claimSentAt(): number {
    return this.#claimSentAt
  }

  /** Milliseconds for which the holder may still believe in its lease. */
  leftMs(): number {
    return this.#endsAt - this.#elapsed()
  }

  /** No more renewals: the handler is done. The lease runs on to its end. */
  stop(): void {
    this.#renewing = false
    this.#beat.cancel()
    this.#guard.cancel()
  }

  /** The claim is somebody else's, or about to be. */
  lose(why: ClaimLost['why']): ClaimLost {
    this.stop()
    const { attempt } = this.#fence
    this.#lostBecause ??= new ClaimLost(this.#operation, attempt, why)
    this.#abort?.abort(this.#lostBecause)
    this.#listener.lost()
    return this.#lostBecause
  }

  /** The last moment at which the effect may still be running: before the lease ends, and never past the deadline. */
  get #lastMoment(): number {
    return Math.min(this.#endsAt - this.#terms.leaseMs * MARGIN, this.#deadline)
  }

  // A timer of its own, and not a step of the heartbeat: a renewal that hangs must not hold the signal up.
  #armGuard(): Timer {
    const look = (): void => {
      const now = this.#elapsed()
      if (now >= this.#lastMoment) this.lose(now >= this.#deadline ? 'max_duration' : 'lease_ending')
      else this.#guard = this.#armGuard()
    }
    return this.#runtime.after(Math.max(0, this.#lastMoment - this.#elapsed()), look, 'let_exit')
  }

  #scheduleBeat(ms: number): Timer {
    return this.#runtime.after(ms, () => void this.#renew(), 'let_exit')
  }

  async #renew(): Promise<void> {
    const sentAt = this.#elapsed()
    const answer = await this.#askToRenew()
    if (!this.#renewing) return
    if (answer === 'lost') {
      this.lose('taken_over')
      return
    }
    if (answer === 'renewed') {
      this.#endsAt = sentAt + this.#terms.leaseMs
      this.#listener.renewed(this.leftMs())
    }
    this.#beat = this.#scheduleBeat(this.#terms.leaseMs / (answer === 'renewed' ? 3 : 10))
  }

  async #askToRenew(): Promise<'renewed' | 'lost' | 'unanswered'> {
    const { id, attempt } = this.#fence
    try {
      return await this.#store.renew(this.#fence, this.#terms.leaseMs)
    } catch (error) {
      this.#events.emit({ type: 'renewal_failed', id, operation: this.#operation, attempt, error })
      return 'unanswered'
    }
  }
}
