import {
  type ClaimDecision,
  ClaimLost,
  type ClaimRequest,
  decodeOutcome,
  type Fingerprint,
  FingerprintUnknown,
  OutcomeUnknown,
  type Receipt,
  ReceiptsClosed,
  type Running,
  StillInProgress,
} from '../core/index.ts'
import { asksTheSame, type PreparedCall } from './call.ts'
import { Caller, type CallerTerms, type Conclusion } from './caller.ts'
import { claimFor, withdraw } from './claim.ts'
import type { Engine } from './engine.ts'
import type { Latency } from './latency.ts'
import { refusal } from './refusal.ts'
import { type AttemptEnd, runAttempt } from './run.ts'
import type { Settings } from './settings.ts'
import { type Holder, outcomeFor, watchHolder } from './watch-holder.ts'

export type JoiningCall = Pick<CallerTerms, 'call' | 'work' | 'intent' | 'signal'>

/** Where efforts are kept. */
export interface Home {
  /** May be called more than once. */
  close(id: string, pursuit: Pursuit): void
  /** Takes callers who can't be served any more into another effort. */
  adopt(callers: readonly Caller[], call: PreparedCall, settings: Settings, latency: Latency): void
}

/**
 * This process's one effort to get the outcome of one request: claim it, run it if the claim is won, wait for whoever
 * has it if not, and answer everybody here who asked. Callers with the same key and request share it: one claim, one
 * subscription and one read per wake-up serve them all, and when a holder dies exactly one of them claims.
 */
export class Pursuit {
  readonly #engine: Engine
  readonly #settings: Settings
  readonly #latency: Latency
  readonly #call: PreparedCall
  readonly #home: Home
  readonly #callers = new Set<Caller>()
  /** Who ran here last. */
  #runner: Caller | undefined
  /** Who holds the claim; `undefined` while this process asks for it. */
  #holder: Holder | undefined
  /** By `elapsed`: when the holder's lease ends, as far as is known here. */
  #leaseEndsAt = 0
  #everybodyLeft: (() => void) | undefined
  #fingerprint: Fingerprint
  #done: Promise<void> | undefined

  constructor(engine: Engine, settings: Settings, latency: Latency, call: PreparedCall, home: Home) {
    this.#engine = engine
    this.#settings = settings
    this.#latency = latency
    this.#call = call
    this.#fingerprint = call.terms.fingerprint
    this.#home = home
  }

  /** Once its first callers are there. @param over called when it has ended */
  begin(over: () => void): void {
    this.#done = this.#pursue(over)
  }

  /** Of an effort that has begun. */
  get done(): Promise<void> | undefined {
    return this.#done
  }

  /** Whether a call asks for the very same thing, so that this effort can answer it. */
  serves(call: PreparedCall): boolean {
    return asksTheSame(call, this.#call)
  }

  /** @throws {StillInProgress} where as many wait as may, and whatever the caller's conclusion is. */
  join(of: JoiningCall): Promise<Conclusion> {
    of.signal?.throwIfAborted()
    const { operation, id } = of.call.terms
    // One of them runs here, or may come to while the claim is asked for; the others wait.
    const runs = this.#runner?.role === 'running' && !this.#runner.gone
    const waiting = this.#callers.size - (runs || this.#holder === undefined ? 1 : 0)
    if (waiting >= this.#settings.maxWaitersPerReceipt) {
      this.#engine.events.emit({ type: 'refused', id, operation, why: 'too_many_waiters' })
      throw new StillInProgress(operation, 'too_many_waiters', this.#retryAfterMs())
    }
    const caller = new Caller({
      ...of,
      engine: this.#engine,
      waitMs: this.#settings.waitMs,
      left: this.#left,
    })
    this.#callers.add(caller)
    if (this.#holder) caller.startWaiting(this.#holder.attempt, this.#retryAfterMs)
    return caller.conclusion
  }

  /** Takes in callers from an effort that can't serve them any more. Those who wait have waited since they came. */
  adopt(callers: readonly Caller[]): void {
    for (const caller of callers) {
      caller.moveTo(this.#left)
      this.#callers.add(caller)
    }
  }

  /** The engine closes: who only waits is sent away, and what runs runs on. */
  sendWaitersAway(): void {
    for (const caller of [...this.#callers]) {
      if (caller.role === 'waiting') caller.fail(new ReceiptsClosed())
    }
  }

  async #pursue(over: () => void): Promise<void> {
    try {
      for (let lead = this.#next(); lead !== undefined; lead = this.#next()) {
        if (this.#engine.closing) this.sendWaitersAway()
        else await this.#round(lead)
      }
    } catch (error) {
      this.#finish()
      for (const caller of [...this.#callers]) caller.fail(error)
    }
    this.#finish()
    over()
  }

  /** Calls from now on begin an effort of their own. */
  #finish(): void {
    this.#home.close(this.#call.terms.id, this)
  }

  /** Asks for the claim once, and acts on the answer. */
  async #round(lead: Caller): Promise<void> {
    this.#holder = undefined
    const { decision, request, sentAt } = await claimFor(this.#engine, {
      ...lead.call.terms,
      fingerprint: this.#fingerprint,
      intent: lead.intent,
    })
    switch (decision.kind) {
      case 'claimed':
        return this.#claimed(decision.receipt, request, sentAt)
      case 'in_progress':
        return this.#follow(decision, decision.leaseLeftMs)
      case 'replay':
        return this.#concludeFrom(decision.receipt)
      case 'other_algorithm':
        return this.#refingerprint(lead.call, decision.version)
      case 'nothing_to_recover':
        return lead.conclude({ kind: 'nothing_to_recover' })
      case 'ended':
        return // an ancient copy of this claim: the next round has a token of its own
      default:
        return this.#refuse(decision)
    }
  }

  async #claimed(receipt: Running, request: ClaimRequest, sentAt: number): Promise<void> {
    const runner = this.#next()
    if (runner === undefined) {
      withdraw(this.#engine, request)
      return
    }
    const { id, operation, attempt, predecessor, purpose } = receipt
    this.#engine.events.emit({ type: 'claimed', id, operation, attempt, predecessor, purpose })
    this.#runner = runner
    runner.role = 'running'
    runner.attempt = attempt
    runner.stopWaiting()
    this.#letWait(receipt, this.#settings.leaseMs)
    const startedAt = this.#engine.elapsed()
    const end = await runAttempt(this.#engine, this.#settings, receipt, sentAt, runner, {
      renewed: this.#sawLease,
      lost: () => this.#leaveAlone(runner),
    })
    this.#latency.add(this.#engine.elapsed() - startedAt)
    switch (end.kind) {
      case 'settled':
        // The runner's own answer, and the same outcome for all who waited on its attempt.
        if (outcomeFor(end.receipt)) this.#finish()
        runner.conclude({ ...end, kind: 'ran', attempt, standing: 'settled' })
        return this.#concludeFrom(end.receipt)
      case 'recovered':
        return this.#concludeFrom(end.receipt)
      case 'cleared':
        return runner.conclude(end)
      case 'unsettled':
        return runner.conclude({ ...end, kind: 'ran', receipt, attempt, standing: 'unsettled' })
      case 'unknown':
        return runner.fail(unknownAfter(receipt, end))
      case 'lost':
        // Who lost the claim before its work began may still run; who has run never runs again.
        runner.role = end.ran ? 'overtaken' : 'waiting'
        return this.#follow(receipt, 0)
    }
  }

  /** Waits for another attempt's outcome. Where there comes none, the next round asks for the claim. */
  async #follow(holder: Holder, leaseLeftMs: number): Promise<void> {
    this.#letWait(holder, leaseLeftMs)
    if (this.#engine.closing) this.sendWaitersAway()
    if (this.#callers.size === 0) return
    const everybodyLeft = new Promise<void>((resolve) => {
      this.#everybodyLeft = resolve
    })
    const receipt = await watchHolder(this.#engine, this.#call.terms, holder, everybodyLeft, this.#sawLease)
    if (receipt) return this.#concludeFrom(receipt)
    for (const caller of [...this.#callers]) {
      if (caller.role === 'overtaken') caller.fail(new ClaimLost(caller.call.terms.operation, caller.attempt))
    }
  }

  /** The lease ended and the handler runs on, maybe for ever: the others go on as if it ran elsewhere. */
  #leaveAlone(runner: Caller): void {
    this.#finish()
    const others = [...this.#callers].filter((caller) => caller !== runner)
    for (const caller of others) this.#callers.delete(caller)
    if (others.length > 0) this.#home.adopt(others, this.#call, this.#settings, this.#latency)
  }

  /** From here on somebody, here or elsewhere, holds the claim: all but the runner wait. */
  #letWait({ incarnation, attempt }: Holder, leaseLeftMs: number): void {
    this.#holder = { incarnation, attempt }
    this.#sawLease(leaseLeftMs)
    let waiting = 0
    for (const caller of [...this.#callers]) {
      if (caller.role === 'running') continue
      waiting += 1
      if (waiting <= this.#settings.maxWaitersPerReceipt) caller.startWaiting(attempt, this.#retryAfterMs)
      else caller.refuse('too_many_waiters', this.#retryAfterMs())
    }
  }

  readonly #sawLease = (leftMs: number): void => {
    this.#leaseEndsAt = this.#engine.elapsed() + leftMs
  }

  /** One outcome for everybody, if the receipt has one to give. */
  #concludeFrom(receipt: Receipt): void {
    const bytes = outcomeFor(receipt)
    if (bytes === null) return
    this.#finish()
    const { id, operation, attempt } = receipt
    for (const caller of [...this.#callers]) {
      this.#engine.events.emit({ type: 'replayed', id, operation, attempt })
      caller.conclude({ kind: 'replayed', receipt, outcome: decodeOutcome(bytes) })
    }
  }

  #refuse(
    decision: Extract<ClaimDecision, { kind: 'abandoned' | 'conflict' | 'expired' | 'forbidden' }>,
  ): void {
    const { id, operation } = this.#call.terms
    this.#finish()
    for (const caller of [...this.#callers]) {
      this.#engine.events.emit({ type: 'refused', id, operation, why: decision.kind })
      caller.fail(refusal(operation, decision))
    }
  }

  /** The receipt was fingerprinted by another version: the next round compares by that one. */
  #refingerprint(call: PreparedCall, version: Fingerprint['version']): void {
    const { id, operation } = this.#call.terms
    const fingerprint = call.fingerprintAs(version)
    if (fingerprint === undefined) {
      this.#engine.events.emit({ type: 'refused', id, operation, why: 'fingerprint_unknown' })
      throw new FingerprintUnknown(operation)
    }
    this.#fingerprint = fingerprint
  }

  readonly #left = (gone: Caller): void => {
    this.#callers.delete(gone)
    if (this.#callers.size === 0) this.#everybodyLeft?.()
  }

  /** The next caller who may still run; who was overtaken never runs again. */
  #next(): Caller | undefined {
    for (const caller of this.#callers) if (caller.role === 'waiting') return caller
    return undefined
  }

  readonly #retryAfterMs = (): number =>
    this.#latency.retryAfterMs(this.#leaseEndsAt - this.#engine.elapsed())
}

/** Under a guarantee that re-runs, the next call does. */
function unknownAfter(receipt: Running, end: Extract<AttemptEnd, { kind: 'unknown' }>): OutcomeUnknown {
  const { operation, attempt, policies } = receipt
  const cause = { cause: end.error }
  return policies.onAbandoned === 'rerun'
    ? new OutcomeUnknown(operation, attempt, 'reruns', 0, cause)
    : new OutcomeUnknown(operation, attempt, 'held', end.retryAfterMs, cause)
}
