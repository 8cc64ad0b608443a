import {
  type ClaimDecision,
  decodeOutcome,
  type Fingerprint,
  FingerprintUnknown,
  type Outcome,
  OutcomeUnknown,
  type Pace,
  type Receipt,
  type Running,
  StillInProgress,
  type StoreTransactions,
  StoreUnavailable,
  type TransactionAnswer,
} from '../core/index.ts'
import type { PreparedCall } from './call.ts'
import { type Engine, pause } from './engine.ts'
import type { ReceiptEvent } from './events.ts'
import { refusal } from './refusal.ts'
import type { Settings } from './settings.ts'
import { type TransactionHandler, type WorkDone, workOf } from './transaction-work.ts'

/** What a call in a transaction came to. */
export type TransactionEnd =
  | {
      readonly kind: 'ran'
      readonly receipt: Receipt
      /** Whose transaction it is to commit. */
      readonly commits: 'store' | 'caller'
    }
  | { readonly kind: 'rolled_back'; readonly attempt: number }
  | { readonly kind: 'replay'; readonly receipt: Receipt; readonly outcome: Outcome }
  /** Another open transaction holds the key, and the wait is over. */
  | { readonly kind: 'busy' }

/** How often a transaction is begun for one call that meets others, or whose connection is lost, before it is given up. */
const MAX_TRIES = 5
const PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500
/** How long it is asked what became of a commit whose answer was lost. */
const RESOLVE_FOR_MS = 10_000

/** One call of `onceInTransaction`: as many transactions as it takes. */
export class TransactionRun<Tx, P extends Pace, V> {
  /** How the handler ended that ran last. */
  done: WorkDone<V> | undefined
  readonly #engine: Engine
  readonly #settings: Settings
  readonly #transactions: StoreTransactions<Tx, P>
  readonly #call: PreparedCall
  readonly #handler: TransactionHandler<Tx, P, V>
  /** The same for as long as a commit is unknown. */
  #token: string
  readonly #incarnation: string
  #fingerprint: Fingerprint
  /** What was claimed last, and since when; `undefined` where this transaction has claimed nothing. */
  #claimed: Running | undefined
  #begunAt: number | undefined
  /** The answer to a commit was lost at this time, by `elapsed`; nobody has said since what became of it. */
  #unknown: { readonly since: number; readonly error: unknown } | undefined

  constructor(of: {
    engine: Engine
    settings: Settings
    transactions: StoreTransactions<Tx, P>
    call: PreparedCall
    handler: TransactionHandler<Tx, P, V>
  }) {
    this.#engine = of.engine
    this.#settings = of.settings
    this.#transactions = of.transactions
    this.#call = of.call
    this.#handler = of.handler
    this.#token = of.engine.runtime.random()
    this.#incarnation = of.engine.runtime.random()
    this.#fingerprint = of.call.terms.fingerprint
  }

  /**
   * In transactions that the store begins and commits. Where one meets another (a serialization failure, a deadlock),
   * or the connection is lost, nothing was committed, and it is begun anew. Where the answer to COMMIT is lost, the
   * claim is asked for again under the same token: it waits for what may still be under way, and finds what was
   * committed.
   */
  async alone(waitMs: number): Promise<TransactionEnd> {
    for (let tries = 1; ; tries += 1) {
      const end = await this.#once(waitMs, tries >= MAX_TRIES)
      if (end !== 'again') return end
      // What then stands under the old one was committed by the handler, and is not to be claimed and run again.
      if (this.#unknown === undefined) this.#token = this.#engine.runtime.random()
      const pauseMs = Math.min(LONGEST_PAUSE_MS, PAUSE_MS * tries)
      await pause(this.#engine.runtime, pauseMs * (0.5 + this.#engine.runtime.jitter()))
    }
  }

  /** In the caller's own open transaction, which the caller commits. @throws what it was refused with. */
  async within(tx: Tx, waitMs: number): Promise<TransactionEnd> {
    for (;;) {
      const answer = await this.#transact(waitMs, tx)
      if (answer.kind === 'clashed' || answer.kind === 'commit_unknown') throw answer.error
      const end = this.#endOf(answer, 'caller')
      if (end !== 'again') return end
    }
  }

  async #once(waitMs: number, isLast: boolean): Promise<TransactionEnd | 'again'> {
    let answer: TransactionAnswer
    try {
      answer = await this.#transact(waitMs, undefined)
    } catch (error) {
      this.#rolledBack(error)
      const again = mayPass(error) && (this.#unknown ? this.#resolves() : !isLast)
      if (again) return 'again'
      throw this.#unknown ? this.#outcomeUnknown() : error
    }
    switch (answer.kind) {
      case 'clashed':
        this.#rolledBack(answer.error)
        if (isLast) throw this.#unknown ? this.#outcomeUnknown() : clashedTooOften(this.#engine, answer.error)
        return 'again'
      case 'commit_unknown':
        this.#unknown ??= { since: this.#engine.elapsed(), error: answer.error }
        this.#emit({ type: 'commit_unknown', error: answer.error })
        // One that is never answered, again and again, is no accident of the network.
        if (isLast || !this.#resolves()) throw this.#outcomeUnknown()
        return 'again'
      case 'busy':
        // The transaction whose commit wasn't answered may be the one that is under way.
        if (this.#unknown === undefined) return answer
        if (!this.#resolves()) throw this.#outcomeUnknown()
        return 'again'
      default:
        return this.#endOf(answer, 'store')
    }
  }

  #transact(waitMs: number, within: Tx | undefined): Promise<TransactionAnswer> {
    const { runtime, secret } = this.#engine
    runtime.reach?.('before-claim')
    this.#begunAt = undefined
    const work = workOf<Tx, P, V>(
      this.#transactions.pace,
      this.#handler,
      this.#settings,
      secret,
      (receipt) => this.#begun(receipt),
      (done) => {
        this.done = done
      },
    )
    const request = {
      ...this.#call.terms,
      fingerprint: this.#fingerprint,
      token: this.#token,
      incarnation: this.#incarnation,
      intent: 'run',
    } as const
    return this.#transactions.transact({ request, waitMs, within, reach: runtime.reach }, work)
  }

  #endOf(
    answer: Exclude<TransactionAnswer, { kind: 'clashed' | 'commit_unknown' }>,
    commits: 'store' | 'caller',
  ): TransactionEnd | 'again' {
    switch (answer.kind) {
      case 'settled':
        return this.#settled(answer.receipt, commits)
      case 'rolled_back': {
        const { ended } = this.done as WorkDone<V>
        this.#rolledBack(ended.kind === 'threw' ? ended.error : undefined)
        return { kind: 'rolled_back', attempt: this.attempt }
      }
      case 'busy':
        return answer
      case 'not_claimed':
        return this.#notClaimed(answer.decision, commits)
    }
  }

  #notClaimed(
    decision: Exclude<ClaimDecision, { kind: 'claimed' }>,
    commits: 'store' | 'caller',
  ): TransactionEnd | 'again' {
    const { operation } = this.#call.terms
    switch (decision.kind) {
      case 'replay': {
        const { receipt } = decision
        // Under our own token: it is what the commit came to whose answer was lost.
        if (receipt.token === this.#token) return this.#settled(receipt, commits)
        if (receipt.outcome === null) throw new TypeError('a replay without an outcome')
        return { kind: 'replay', receipt, outcome: decodeOutcome(receipt.outcome) }
      }
      case 'other_algorithm':
        this.#refingerprint(decision.version)
        return 'again'
      case 'ended':
        // Our own release was committed, and its answer lost.
        return { kind: 'rolled_back', attempt: this.attempt }
      case 'in_progress':
        // Claimed by another guarantee, of an older deployment: that claim is no open transaction to wait for.
        this.#emit({ type: 'refused', why: 'rejected' })
        throw new StillInProgress(operation, 'rejected', Math.ceil(decision.leaseLeftMs))
      case 'nothing_to_recover':
        throw new TypeError('it did not come to recover')
      default:
        this.#emit({ type: 'refused', why: decision.kind })
        throw refusal(operation, decision)
    }
  }

  #refingerprint(version: Fingerprint['version']): void {
    const fingerprint = this.#call.fingerprintAs(version)
    if (fingerprint === undefined) {
      this.#emit({ type: 'refused', why: 'fingerprint_unknown' })
      throw new FingerprintUnknown(this.#call.terms.operation)
    }
    this.#fingerprint = fingerprint
  }

  #begun(receipt: Running): void {
    this.#claimed = receipt
    this.#begunAt = this.#engine.elapsed()
    // Nothing that was sent before has been committed, or there would be a receipt.
    this.#unknown = undefined
    const { attempt, predecessor, purpose } = receipt
    this.#emit({ type: 'claimed', attempt, predecessor, purpose })
  }

  #settled(receipt: Receipt, commits: 'store' | 'caller'): TransactionEnd {
    const { attempt } = receipt
    const released = receipt.state === 'in_progress' || (receipt.state === 'failed' && receipt.retryable)
    const as = released ? 'released' : receipt.state
    this.#emit({ type: 'settled', attempt, as, durationMs: this.#lastedMs, commits })
    if (released) return { kind: 'rolled_back', attempt }
    const outcome = this.done?.outcome
    if (outcome?.kind === 'not_kept') this.#emit({ type: 'outcome_not_kept', attempt, why: outcome.why })
    return { kind: 'ran', receipt, commits }
  }

  #rolledBack(error: unknown): void {
    if (this.#begunAt === undefined) return
    this.#emit({ type: 'rolled_back', attempt: this.attempt, durationMs: this.#lastedMs, error })
  }

  /** The attempt that it claimed last. */
  get attempt(): number {
    return this.#claimed?.attempt ?? 1
  }

  get #lastedMs(): number {
    return this.#begunAt === undefined ? 0 : this.#engine.elapsed() - this.#begunAt
  }

  #resolves(): boolean {
    return this.#unknown !== undefined && this.#engine.elapsed() - this.#unknown.since < RESOLVE_FOR_MS
  }

  #outcomeUnknown(): OutcomeUnknown {
    const cause = { cause: this.#unknown?.error }
    return new OutcomeUnknown(this.#call.terms.operation, this.attempt, 'undecided', 0, cause)
  }

  #emit(event: Told): void {
    const { id, operation } = this.#call.terms
    this.#engine.events.emit({ ...event, id, operation } as ReceiptEvent)
  }
}

type Told = ReceiptEvent extends infer E
  ? E extends { id: string }
    ? Omit<E, 'id' | 'operation'>
    : never
  : never

/** Whether the store may answer if it is asked again. Nothing was committed, unless an earlier commit is unknown. */
function mayPass(error: unknown): boolean {
  return error instanceof StoreUnavailable && (error.fault === 'unreachable' || error.fault === 'failed')
}

function clashedTooOften({ store }: Engine, cause: unknown): StoreUnavailable {
  const advice = `met other transactions in ${MAX_TRIES} runs of this one (serialization failures or deadlocks), and committed nothing; send the request again`
  return new StoreUnavailable(store.name, 'locked', advice, { cause })
}
