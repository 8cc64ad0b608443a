import {
  ClaimLost,
  type ClaimRequest,
  type CounterfoilError,
  type Outcome,
  type Receipt,
  StillInProgress,
} from '../core/index.ts'
import type { RunningAttempt } from './attempt.ts'
import type { CallerSignal, PreparedCall } from './call.ts'
import type { Engine } from './engine.ts'
import type { Timer } from './runtime.ts'
import type { Verdict } from './verdict.ts'

/** What a call runs once it holds the claim. It tells of a failure by its verdict, and never rejects. */
export type Work = (attempt: RunningAttempt) => Promise<Finished>

export interface Finished {
  readonly verdict: Verdict
  readonly outcome: Outcome
  readonly error?: unknown
}

/** How a call ended for its caller. */
export type Conclusion =
  /** This call's own work ran, or its recovery found an outcome. `unsettled`: the store would not take its outcome while the lease lasted. */
  | {
      readonly kind: 'ran'
      /** As settled; as claimed, where it is unsettled. */
      readonly receipt: Receipt
      readonly attempt: number
      readonly standing: 'settled' | 'unsettled'
      readonly outcome: Outcome | null
    }
  /** Another attempt's outcome, from the receipt. */
  | { readonly kind: 'replayed'; readonly receipt: Receipt; readonly outcome: Outcome }
  /** This call's own work ran in a transaction, which it then said to roll back. */
  | { readonly kind: 'rolled_back'; readonly attempt: number }
  /** It came to recover, found out that nothing had happened, and has left the key free. */
  | { readonly kind: 'cleared' }
  /** It came to recover, and nothing was abandoned, or somebody else was at it. */
  | { readonly kind: 'nothing_to_recover' }

export interface CallerTerms {
  readonly engine: Engine
  readonly call: PreparedCall
  /** `undefined`: it came to recover, and has nothing to run. */
  readonly work: Work | undefined
  readonly intent: ClaimRequest['intent']
  /** 0: it doesn't wait. */
  readonly waitMs: number
  readonly signal: CallerSignal | undefined
  /** Called once, when the caller is concluded or leaves. */
  readonly left: (caller: Caller) => void
}

/** The least that an overtaken call waits for the winner's outcome: it has no other way to an answer. */
const OVERTAKEN_WAIT_MS = 1000

/** One `once()` call in a pursuit: it waits, or its work runs, until it is given a conclusion or leaves. */
export class Caller {
  readonly call: PreparedCall
  readonly work: Work | undefined
  readonly intent: ClaimRequest['intent']
  readonly conclusion: Promise<Conclusion>
  /** `overtaken`: its work ran and lost the claim; it waits for the winner's outcome, and never runs again. */
  role: 'waiting' | 'running' | 'overtaken' = 'waiting'
  /** Its attempt, once it is running or overtaken. */
  attempt = 0

  readonly #engine: Engine
  readonly #waitMs: number
  readonly #signal: CallerSignal | undefined
  #left: (caller: Caller) => void
  #resolve!: (conclusion: Conclusion) => void
  #reject!: (reason: unknown) => void
  #timer: Timer | undefined
  #waits = false
  #gone = false

  constructor(of: CallerTerms) {
    this.call = of.call
    this.work = of.work
    this.intent = of.intent
    this.#engine = of.engine
    this.#waitMs = of.waitMs
    this.#signal = of.signal
    this.#left = of.left
    this.conclusion = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#signal?.addEventListener('abort', this.#onAbort)
  }

  /** Whether it has its conclusion, or has left without one. */
  get gone(): boolean {
    return this.#gone
  }

  /** Somebody else holds the claim: from here on the caller waits, up to its bound. */
  startWaiting(attempt: number, retryAfterMs: () => number): void {
    if (this.#waits || this.#gone) return
    const { operation, id } = this.call.terms
    if (this.intent === 'recover') {
      this.conclude({ kind: 'nothing_to_recover' })
      return
    }
    const waitMs = this.role === 'overtaken' ? Math.max(this.#waitMs, OVERTAKEN_WAIT_MS) : this.#waitMs
    if (waitMs === 0) {
      this.refuse('rejected', retryAfterMs())
      return
    }
    if (this.#engine.waiters >= this.#engine.maxWaiters) {
      this.refuse('too_many_waiters', retryAfterMs())
      return
    }
    this.#waits = true
    this.#engine.waiters += 1
    this.#timer = this.#engine.runtime.after(
      waitMs,
      () => this.refuse('wait_ended', retryAfterMs()),
      'keep_alive',
    )
    this.#engine.events.emit({ type: 'waiting', id, operation, attempt })
  }

  /** Another effort has it now, and is told when it leaves. */
  moveTo(left: (caller: Caller) => void): void {
    this.#left = left
  }

  stopWaiting(): void {
    this.#timer?.cancel()
    if (this.#waits) this.#engine.waiters -= 1
    this.#waits = false
  }

  conclude(conclusion: Conclusion): void {
    if (this.#leave()) this.#resolve(conclusion)
  }

  fail(reason: unknown): void {
    if (this.#leave()) this.#reject(reason)
  }

  refuse(why: StillInProgress['why'], retryAfterMs: number): void {
    const { operation, id } = this.call.terms
    const error: CounterfoilError =
      this.role === 'overtaken'
        ? new ClaimLost(operation, this.attempt)
        : new StillInProgress(operation, why, retryAfterMs)
    if (this.role !== 'overtaken') this.#engine.events.emit({ type: 'refused', id, operation, why })
    this.fail(error)
  }

  readonly #onAbort = (): void => this.fail(this.#signal?.reason)

  #leave(): boolean {
    if (this.#gone) return false
    this.#gone = true
    this.stopWaiting()
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#left(this)
    return true
  }
}
