import {
  keyFromHeader,
  OptionInvalid,
  type Outcome,
  OutcomeNotKept,
  OutcomeUnknown,
  OutcomeUnreadable,
  type Receipt,
  type ResponseOutcome,
} from '../core/index.ts'
import type { RunningAttempt } from '../engine/attempt.ts'
import type { Conclusion, Finished, Work } from '../engine/caller.ts'
import { finishedWith } from '../engine/handler.ts'
import type { Attempt, Operation } from '../engine/index.ts'
import { EngineOperation } from '../engine/operation.ts'
import { defaultVerdict, type Ended } from '../engine/verdict.ts'
import { CallerGone } from './caller-gone.ts'
import { type Keeps, keepAllBut, notKept, REPLAYED, valuesOf } from './field-lines.ts'
import { HttpRefusal, type Problem, problemBody, problemLines, problemOf } from './problem.ts'
import { RequestFingerprints, type RequestHead, type SeenBody } from './request.ts'
import { type ResponseHead, verdictOfStatus } from './status-verdict.ts'

/** What a team decides about an operation's requests. `Request` is the framework's. */
export interface HttpOptions<Request> {
  /** Who owns the key: a stable principal, never a token that rotates. Asked after authentication. */
  readonly tenant: (request: Request) => string | Promise<string>
  /** Where the key is, if not in the `Idempotency-Key` field; `undefined` where the request has none. */
  readonly key?: (request: Request) => string | undefined
  /** Refuse a request without a key (400). Default: it is handled as if Counterfoil weren't there. */
  readonly requireKey?: boolean
  /** Default `['POST', 'PATCH']`. */
  readonly methods?: readonly string[]
  /** Whether this caller may still see an earlier attempt's outcome. Default: whoever is the tenant may. */
  readonly authorizeReplay?: (request: Request, receipt: ReplayedReceipt) => boolean | Promise<boolean>
  /** Further response fields that are no part of the outcome; `Name-*` stands for all that begin so. */
  readonly notKept?: readonly string[]
  /** Bytes of a request that are read for its fingerprint, decoded; a larger one is refused (413). Default 10 MiB. */
  readonly maxRequestBytes?: number
  /** Told of what the application's caller is not: an error of the handler, or of one of these functions. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** What `authorizeReplay` is told of the receipt: neither its token nor its outcome. */
export type ReplayedReceipt = Pick<Receipt, 'id' | 'tenant' | 'operation' | 'createdAt' | 'attempt' | 'state'>

/** A request that is to run once. */
export interface KeyedRequest<Request> {
  readonly request: Request
  readonly key: string
  readonly head: RequestHead
  readonly body: SeenBody
  /** Fires when the caller is gone: it stops waiting, and what it started runs on. */
  readonly signal: AbortSignal
}

/** What a handler made of its response, held back or already sent. */
export type Captured =
  | (ResponseHead & { readonly kind: 'response'; readonly body: Uint8Array })
  /** It went out as it came: it is an event stream, or passed the limit. `whole`: the handler ended it. */
  | (ResponseHead & {
      readonly kind: 'streamed'
      readonly why: 'too_large' | 'streamed'
      readonly whole: boolean
    })
  /** It threw, or broke its response off, before anything went out. */
  | { readonly kind: 'threw'; readonly error: unknown }

export type Answer =
  /** This call's own response, as captured. */
  | { readonly kind: 'own' }
  /** It has gone out already, or there is nobody left to answer. */
  | { readonly kind: 'sent' }
  | { readonly kind: 'other'; readonly response: Response }

export type Response = Pick<ResponseOutcome, 'status' | 'headers' | 'body'>

const DEFAULT_MAX_REQUEST_BYTES = 10 * 1_048_576

/**
 * One operation over HTTP, in no framework's terms: request → key and fingerprint → claim → handler → captured bytes →
 * settle → answer; or a replay; or a problem document. An integration only translates.
 */
export class HttpOperation<Request> {
  readonly maxRequestBytes: number
  readonly captureLimit: number
  readonly #operation: EngineOperation<unknown>
  readonly #options: HttpOptions<Request>
  readonly #methods: ReadonlySet<string>
  readonly #keeps: Keeps
  readonly #fingerprints: RequestFingerprints

  /** @throws {OptionInvalid} */
  constructor(operation: Operation<never>, options: HttpOptions<Request>) {
    this.#operation = checkedOperation(operation)
    this.#options = checkedOptions(options)
    this.#methods = new Set(options.methods ?? ['POST', 'PATCH'])
    this.#keeps = keepAllBut([...notKept, ...(options.notKept ?? [])])
    this.#fingerprints = new RequestFingerprints(this.#operation.settings.ignore)
    this.maxRequestBytes = options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES
    this.captureLimit = this.#operation.settings.maxOutcomeBytes
  }

  /**
   * The request's key; `undefined` where it is none of ours and is to be handled untouched.
   * @throws {KeyInvalid | HttpRefusal} to be answered by `refuse`
   */
  keyOf(request: Request, { method, headers }: RequestHead): string | undefined {
    if (!this.#methods.has(method)) return undefined
    const { key: own, requireKey } = this.#options
    const key = own ? own(request) : keyFromHeader(valuesOf(headers, 'idempotency-key'))
    if (key === undefined && requireKey) {
      throw new HttpRefusal(
        'key_missing',
        'This request needs an Idempotency-Key field; send one, new for each new request.',
      )
    }
    return key
  }

  /** @param handle runs the handler and captures its response; what it throws counts as thrown by the handler. */
  async answer(
    { request, key, head, body, signal }: KeyedRequest<Request>,
    handle: (attempt: Attempt) => Promise<Captured>,
  ): Promise<Answer> {
    let captured: Captured | undefined
    const work: Work = async (attempt) => {
      captured = await handle(attempt).catch((error: unknown): Captured => ({ kind: 'threw', error }))
      return this.#finished(captured, attempt)
    }
    try {
      const tenant = await this.#options.tenant(request)
      const seen = this.#fingerprints.see(head, valuesOf(head.headers, 'content-type')[0], body)
      const conclusion = await this.#operation.conclude({ tenant, key, signal }, seen, work)
      return ownAnswer(captured, conclusion) ?? (await this.#replay(request, conclusion))
    } catch (error) {
      // Who has run gets what its handler said, even if nobody knows whether that had its effect.
      const own = error instanceof OutcomeUnknown ? ownAnswer(captured) : sentAnswer(captured)
      return own ?? this.refuse(error)
    }
  }

  /** A problem document for whatever stopped the request. */
  refuse(error: unknown): Answer {
    if (error instanceof CallerGone) return { kind: 'sent' }
    const problem = problemOf(error)
    if (problem.status === 500) this.#report(error)
    return { kind: 'other', response: problemResponse(problem) }
  }

  #finished(captured: Captured, attempt: RunningAttempt): Finished {
    const ended = endedAs(captured)
    if (ended.kind === 'threw') this.#report(ended.error)
    return finishedWith(
      this.#outcomeOf(captured),
      (end) => (end.kind === 'returned' ? verdictOfStatus(end.value) : defaultVerdict(end)),
      ended,
      attempt,
      this.#operation.settings,
    )
  }

  #outcomeOf(captured: Captured): Outcome {
    if (captured.kind === 'response') {
      const { status, headers, body } = captured
      return { kind: 'response', status, headers: this.#keeps(headers), body }
    }
    if (captured.kind === 'threw' || !captured.whole || captured.status >= 400) {
      return { kind: 'response', ...failedResponse }
    }
    return { kind: 'not_kept', why: captured.why }
  }

  async #replay(request: Request, conclusion: Conclusion): Promise<Answer> {
    if (conclusion.kind !== 'replayed') throw new TypeError(`a request can't end as ${conclusion.kind}`)
    const { receipt, outcome } = conclusion
    const { id, tenant, operation, createdAt, attempt, state } = receipt
    const told = { id, tenant, operation, createdAt, attempt, state }
    if ((await this.#options.authorizeReplay?.(request, told)) === false) {
      throw new HttpRefusal(
        'replay_forbidden',
        'This caller may not see the outcome of the request with this key.',
      )
    }
    if (outcome.kind === 'not_kept') throw new OutcomeNotKept(operation, outcome.why)
    if (outcome.kind !== 'response')
      throw new OutcomeUnreadable(`it is no HTTP response, but a ${outcome.kind}`)
    const { status, headers, body } = outcome
    return { kind: 'other', response: { status, headers: [...headers, [REPLAYED, 'true']], body } }
  }

  #report(error: unknown): void {
    const { onError = console.error } = this.#options
    onError(error)
  }
}

function problemResponse(problem: Problem): Response {
  const body = problemBody(problem)
  return { status: problem.status, headers: problemLines(problem, body.length), body }
}

/** What the caller of a handler that threw gets, and every retry: nothing of the error. */
const failedResponse: Response = problemResponse(problemOf(undefined))

/** This call's own response, where the conclusion is about its own attempt. */
function ownAnswer(captured: Captured | undefined, conclusion?: Conclusion): Answer | undefined {
  if (captured === undefined || captured.kind === 'streamed') return sentAnswer(captured)
  if (conclusion !== undefined && conclusion.kind !== 'ran') return undefined
  return captured.kind === 'response' ? { kind: 'own' } : { kind: 'other', response: failedResponse }
}

function sentAnswer(captured: Captured | undefined): Answer | undefined {
  return captured?.kind === 'streamed' ? { kind: 'sent' } : undefined
}

function endedAs(captured: Captured): Ended<ResponseHead> {
  if (captured.kind === 'threw') return captured
  const { status, headers } = captured
  if (captured.kind === 'response' || captured.whole) return { kind: 'returned', value: { status, headers } }
  return { kind: 'threw', error: new Error('the response broke off') }
}

function checkedOperation(operation: Operation<never>): EngineOperation<unknown> {
  const known: unknown = operation
  if (!(known instanceof EngineOperation)) {
    throw new OptionInvalid('operation', 'pass what receipts.operation() has given')
  }
  const { recover, rerun } = known.settings
  if (recover || rerun) {
    const option = recover ? 'recover' : 'keepRequest'
    throw new OptionInvalid(
      option,
      'an operation over HTTP cannot have it yet: leave it out, or use operation.once()',
    )
  }
  return known
}

function checkedOptions<Request>(options: HttpOptions<Request>): HttpOptions<Request> {
  if (typeof options?.tenant !== 'function') {
    throw new OptionInvalid(
      'tenant',
      'give the function that says who owns the key, such as (req) => req.auth.accountId',
    )
  }
  const { maxRequestBytes = 1 } = options
  if (!Number.isSafeInteger(maxRequestBytes) || maxRequestBytes < 0) {
    throw new OptionInvalid('maxRequestBytes', 'give a whole number of bytes')
  }
  return options
}
