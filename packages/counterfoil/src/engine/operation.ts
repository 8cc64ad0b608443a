import { hash } from 'node:crypto'
import { OptionInvalid, ReceiptsClosed } from '../core/index.ts'
import {
  type Call,
  type CallerSignal,
  type FacedCall,
  Preparation,
  type PreparedCall,
  type SeenRequest,
} from './call.ts'
import type { Conclusion, Work } from './caller.ts'
import type { Engine } from './engine.ts'
import { finishedAs, type Handler, runHandler, valueIn } from './handler.ts'
import type { KeptRequests } from './kept-requests.ts'
import { Latency } from './latency.ts'
import type { Pursuits } from './pursuits.ts'
import { type RecoveryReport, recoverAbandoned } from './recover-abandoned.ts'
import { replayedResult } from './replayed-result.ts'
import type { Settings } from './settings.ts'
import type { Ended } from './verdict.ts'

export interface OnceResult<T> {
  /** The decoded copy of what the receipt keeps: the same for the first caller as for every retry. */
  readonly value: T
  /** Whether it is an earlier attempt's outcome; `false` where this call's own handler ran. */
  readonly replayed: boolean
  /** The attempt whose outcome it is. */
  readonly attempt: number
  /**
   * How the receipt stands. `not_kept`: it says that this succeeded, and a retry will get `OutcomeNotKept`, since the
   * value was too large or the codec can't encode it. `unsettled`: the store would not take the outcome while the lease
   * lasted; the effect ran, and a retry may find it held.
   */
  readonly receipt: 'settled' | 'not_kept' | 'unsettled'
}

/** A named action with a side effect, made safe to retry. */
export interface Operation<T = unknown> {
  readonly name: string
  /**
   * Runs the handler if this is the first call with its key, and gives back what the first one came to if it isn't.
   * The first caller gets the very error that its handler threw; who comes later gets a `StoredFailure`.
   *
   * @throws {KeyConflict} the key was used with another request
   * @throws {StillInProgress} the first call is still running, and the wait has ended or was not wanted
   * @throws {OutcomeUnknown} an attempt broke off, and the guarantee forbids a re-run
   * @throws {OutcomeExpired | OutcomeNotKept} it ran, and its outcome isn't kept (any more)
   * @throws {StoredFailure} it failed
   * @throws {ClaimLost} this call ran, but another attempt took over, and that one's outcome can't be had
   * @throws {StoreUnavailable | StoreFull} the claim could not be made: nothing ran
   * @throws {KeyInvalid | ScopeInvalid | UnfingerprintableRequest | OptionInvalid} the call can't be used as it stands
   * @throws {OtherCredentials | FingerprintUnknown | OutcomeUnreadable | ReceiptsClosed}
   * @throws the reason of the call's own signal, where that has fired
   */
  once<V extends T>(call: Call, handler: Handler<V>): Promise<OnceResult<V>>
  /**
   * Drives this operation's abandoned receipts to an end: through `recover`, or by a re-run of the kept request where
   * the guarantee allows.
   *
   * @throws {OptionInvalid} where the operation has neither
   * @throws {StoreUnavailable} where they can't be found
   */
  recoverAbandoned(): Promise<RecoveryReport>
}

export class EngineOperation<T> implements Operation<T> {
  readonly definedBy = 'operation'
  readonly name: string
  readonly settings: Settings
  /** Set where its requests come in another form than `once` takes. */
  keptRequests: KeptRequests | undefined
  readonly #engine: Engine
  readonly #pursuits: Pursuits
  readonly #preparation: Preparation
  readonly #latency = new Latency()

  /** @throws {IgnoredMemberInvalid} */
  constructor(engine: Engine, pursuits: Pursuits, name: string, settings: Settings) {
    this.name = name
    this.settings = settings
    this.#engine = engine
    this.#pursuits = pursuits
    this.#preparation = new Preparation(name, settings, engine.hashKeys)
  }

  async once<V extends T>(call: Call, handler: Handler<V>): Promise<OnceResult<V>> {
    if (this.#engine.closing) throw new ReceiptsClosed()
    if (typeof handler !== 'function') {
      throw new OptionInvalid(
        'handler',
        'pass the function that has the side effect as the second argument of once()',
      )
    }
    const prepared = this.#preparation.prepare(call)
    let ended: Ended<V> | undefined
    const work: Work = async (attempt) => {
      ended = await runHandler(handler, attempt)
      return finishedAs(ended, attempt, this.settings)
    }
    return this.#resultOf(await this.#join(prepared, work, call.signal), ended)
  }

  /**
   * What `once` is built on, for faces whose requests and outcomes have a form of their own: runs the work if this is
   * the first call with its key, and tells how it ended otherwise.
   *
   * @param kept what the receipt keeps of the request
   */
  async conclude(
    call: FacedCall,
    seen: SeenRequest,
    kept: Uint8Array | null,
    work: Work,
  ): Promise<Conclusion> {
    if (this.#engine.closing) throw new ReceiptsClosed()
    return this.#join(this.#preparation.prepareSeen(call, seen, kept), work, call.signal)
  }

  recoverAbandoned(): Promise<RecoveryReport> {
    return recoverAbandoned(this.#engine, {
      operation: this.name,
      settings: this.settings,
      keptRequests: this.keptRequests,
      preparation: this.#preparation,
      pursuits: this.#pursuits,
      latency: this.#latency,
    })
  }

  /** A keyed digest of what a caller presents to show who it is: never kept itself. */
  credentialsDigest(presented: string): string {
    // SHA-512/256 (FIPS 180-4) can't be continued from its digest: the secret may simply come first.
    return hash('sha512-256', `counterfoil credentials 1\n${this.#engine.secret}\n${presented}`)
  }

  #join(call: PreparedCall, work: Work, signal: CallerSignal | undefined): Promise<Conclusion> {
    const intent = this.settings.recover ? 'run_or_recover' : 'run'
    return this.#pursuits.join({ call, work, intent, signal }, this.settings, this.#latency)
  }

  #resultOf<V>(conclusion: Conclusion, ended: Ended<V> | undefined): OnceResult<V> {
    const { codec } = this.settings
    const about = { operation: this.name, codec }
    if (conclusion.kind === 'replayed') return replayedResult<V>(conclusion, about)
    if (ended?.kind === 'threw') throw ended.error
    if (conclusion.kind !== 'ran') throw new TypeError(`a call to run can't end as ${conclusion.kind}`)
    const { outcome, attempt, standing } = conclusion
    if (ended === undefined) {
      // The recovery found an earlier attempt's outcome, and the store would not take it.
      if (outcome === null) throw new TypeError('neither a handler nor a recovery ran')
      const value = valueIn<V>(outcome, { ...about, attempt, standing: 'final' })
      return { value, replayed: true, attempt, receipt: standing }
    }
    // The decoded copy for the first caller too, so that a value which doesn't survive shows in the first test.
    const value =
      outcome?.kind === 'value' ? valueIn<V>(outcome, { ...about, attempt, standing: 'final' }) : ended.value
    const receipt = standing === 'settled' && outcome?.kind === 'not_kept' ? 'not_kept' : standing
    return { value, replayed: false, attempt, receipt }
  }
}
