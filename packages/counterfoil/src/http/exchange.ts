import {
  encodeKeptRequest,
  type KeyPointer,
  keyFromHeader,
  keyInBytes,
  keyInValue,
  keyPointer,
  mayHoldKey,
  OptionInvalid,
  OutcomeUnknown,
  StoreFull,
  StoreUnavailable,
} from '../core/index.ts'
import type { CallerSignal } from '../engine/call.ts'
import type { Conclusion, Work } from '../engine/caller.ts'
import type { Attempt, Operation } from '../engine/index.ts'
import { EngineOperation } from '../engine/operation.ts'
import { EngineTransactionalOperation } from '../engine/transactional-operation.ts'
import { CallerGone } from './caller-gone.ts'
import { type Captured, Endings, failedForNow, problemResponse, type Response } from './endings.ts'
import { type FieldLines, keepAllBut, notKept, valuesOf } from './field-lines.ts'
import { checkedOptions, type HttpOptions } from './options.ts'
import { presented } from './presented.ts'
import { HttpRefusal, problemOf } from './problem.ts'
import { replayOf } from './replayed.ts'
import { RequestFingerprints, type RequestHead, type SeenBody } from './request.ts'
import { Reruns } from './reruns.ts'

/** The key as far as the head tells it, or that the body is to be asked. */
export type SoughtKey = { readonly from: 'head'; readonly key: string } | { readonly from: 'body' }

/** A request that is to run once, if it has a key. */
export interface KeyedRequest<Request> {
  readonly request: Request
  readonly key: SoughtKey
  readonly head: RequestHead
  readonly body: SeenBody
  /** Fires when the caller is gone: it stops waiting, and what it started runs on. */
  readonly signal: CallerSignal
}

export type Answer =
  /** This call's own response, as captured. */
  | { readonly kind: 'own' }
  /** It has gone out already, or there is nobody left to answer. */
  | { readonly kind: 'sent' }
  | { readonly kind: 'other'; readonly response: Response }
  /** It has no key, or the store can't be asked and the operation stays open: handle it as if nobody were here. */
  | { readonly kind: 'open' }

interface Who {
  readonly tenant: string
  readonly operation: string | undefined
  readonly credentials?: string
}

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
  readonly #endings: Endings
  readonly #pointer: KeyPointer | undefined
  readonly #fingerprints: RequestFingerprints

  /** @throws {OptionInvalid} */
  constructor(operation: Operation<never>, options: HttpOptions<Request>) {
    this.#operation = checkedOperation(operation)
    this.#options = checkedOptions(options, this.#operation.settings)
    this.#methods = new Set(options.methods ?? ['POST', 'PATCH'])
    const { settings } = this.#operation
    const fields = [...notKept, ...(options.notKept ?? [])]
    const report = (error: unknown): void => this.#report(error)
    this.#endings = new Endings(settings, keepAllBut(fields), report)
    this.#pointer = typeof options.key === 'object' ? keyPointer(options.key.pointer) : undefined
    const { ignore } = settings
    this.#fingerprints = new RequestFingerprints(this.#pointer ? [...ignore, this.#pointer.pointer] : ignore)
    this.maxRequestBytes = options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES
    this.captureLimit = settings.maxOutcomeBytes
    if (this.keepsRequests) {
      Reruns.addTo(this.#operation, { notKept: fields, names: options.name !== undefined, report })
    }
  }

  /** Whether the bytes of a request must be there as they came. */
  get keepsRequests(): boolean {
    return this.#operation.settings.rerun !== undefined
  }

  /**
   * The request's key; `undefined` where it is none of ours and is to be handled untouched.
   * @throws {KeyInvalid | HttpRefusal} to be answered by `refuse`
   */
  keyOf(request: Request, { method, headers }: RequestHead): SoughtKey | undefined {
    if (!this.#methods.has(method)) return undefined
    if (this.#pointer && mayHoldKey(valuesOf(headers, 'content-type')[0])) return { from: 'body' }
    const key = this.#required(this.#pointer ? undefined : this.#keyInHead(request, headers))
    return key === undefined ? undefined : { from: 'head', key }
  }

  /** @param handle runs the handler and captures its response; what it throws counts as thrown by the handler. */
  async answer(
    { request, key: sought, head, body, signal }: KeyedRequest<Request>,
    handle: (attempt: Attempt) => Promise<Captured>,
  ): Promise<Answer> {
    let captured: Captured | undefined
    const work: Work = async (attempt) => {
      captured = await capturedBy(handle, attempt)
      return this.#endings.finished(captured, attempt)
    }
    try {
      const key = sought.from === 'head' ? sought.key : this.#required(this.#keyIn(body))
      if (key === undefined) return { kind: 'open' }
      const asked = this.#callerOf(request, head, key)
      const who = asked instanceof Promise ? await asked : asked
      const seen = this.#fingerprints.see(head, valuesOf(head.headers, 'content-type')[0], body)
      const kept = this.#keptOf(request, head, body)
      const conclusion = await this.#operation.conclude({ ...who, key, signal }, seen, kept, work)
      return ownAnswer(captured, conclusion) ?? (await this.#replay(request, conclusion))
    } catch (error) {
      // Who has run gets what its handler said, even if nobody knows whether that had its effect.
      const own = error instanceof OutcomeUnknown ? ownAnswer(captured) : sentAnswer(captured)
      if (this.#options.failOpen && captured === undefined && isOfTheStore(error)) {
        this.#report(error)
        return { kind: 'open' }
      }
      return own ?? this.refuse(error)
    }
  }

  /** A problem document for whatever stopped the request. */
  refuse(error: unknown): Answer {
    if (error instanceof CallerGone) return { kind: 'sent' }
    const problem = problemOf(error)
    if (problem.status === 500 || isOfTheStore(error)) this.#report(error)
    return { kind: 'other', response: problemResponse(problem) }
  }

  #keyInHead(request: Request, headers: FieldLines): string | undefined {
    const { key: own } = this.#options
    return typeof own === 'function'
      ? (own(request) ?? undefined)
      : keyFromHeader(valuesOf(headers, 'idempotency-key'))
  }

  #keyIn(body: SeenBody): string | undefined {
    if (this.#pointer === undefined) return undefined
    return body.as === 'bytes' ? keyInBytes(body.bytes, this.#pointer) : keyInValue(body.value, this.#pointer)
  }

  #required(key: string | undefined): string | undefined {
    if (key !== undefined || !this.#options.requireKey) return key
    const where = this.#pointer
      ? `idempotency key at ${this.#pointer.pointer} of its JSON body`
      : 'Idempotency-Key field'
    throw new HttpRefusal(
      'key_missing',
      `This request needs an ${where}; send one, new for each new request.`,
    )
  }

  #callerOf(request: Request, { headers }: RequestHead, key: string): Who | Promise<Who> {
    const { tenant, name, authorizeReplay } = this.#options
    const operation = name?.(request)
    if (typeof tenant === 'function') {
      const named = tenant(request)
      return typeof named === 'string'
        ? { tenant: named, operation }
        : Promise.resolve(named).then((tenant) => ({ tenant, operation }))
    }
    if (authorizeReplay) return { tenant: tenant.only, operation }
    const credentials = this.#operation.credentialsDigest(presented(key, headers, tenant.cookies))
    return { tenant: tenant.only, operation, credentials }
  }

  /** @throws {OptionInvalid} */
  #keptOf(request: Request, { method, target, headers }: RequestHead, body: SeenBody): Uint8Array | null {
    if (!this.keepsRequests) return null
    if (body.as !== 'bytes' || body.received === undefined) {
      throw new OptionInvalid(
        'keepRequest',
        'a parser has read the body, and its bytes are gone: put the idempotency before it, or leave keepRequest out',
      )
    }
    const fields = this.#options.keptFields?.(request) ?? headers
    return encodeKeptRequest(this.#operation.name, { method, target, headers: fields, body: body.received })
  }

  async #replay(request: Request, conclusion: Conclusion): Promise<Answer> {
    if (conclusion.kind !== 'replayed' && conclusion.kind !== 'ran') {
      throw new TypeError(`a request can't end as ${conclusion.kind}`)
    }
    // What ran and made no response is a recovery: it found an earlier attempt's outcome, and could not store it.
    const { receipt, outcome } = conclusion
    if (outcome === null) throw new TypeError('neither a handler nor a recovery ran')
    if (this.#options.authorizeReplay) {
      const { id, tenant, operation, createdAt, attempt, state } = receipt
      const told = { id, tenant, operation, createdAt, attempt, state }
      if ((await this.#options.authorizeReplay(request, told)) === false) {
        throw new HttpRefusal(
          'replay_forbidden',
          'This caller may not see the outcome of the request with this key.',
        )
      }
    }
    return { kind: 'other', response: replayOf(outcome, receipt) }
  }

  #report(error: unknown): void {
    const { onError = console.error } = this.#options
    try {
      const told: unknown = onError(error)
      if (told instanceof Promise) told.catch(() => undefined)
    } catch {
      // Its answer depends on no logger.
    }
  }
}

/** This call's own response, where the conclusion is about its own attempt. */
function ownAnswer(captured: Captured | undefined, conclusion?: Conclusion): Answer | undefined {
  if (captured === undefined || captured.kind === 'streamed') return sentAnswer(captured)
  if (conclusion !== undefined && conclusion.kind !== 'ran') return undefined
  if (captured.kind === 'response') return { kind: 'own' }
  const stored = conclusion?.outcome
  return { kind: 'other', response: stored?.kind === 'response' ? stored : failedForNow }
}

function sentAnswer(captured: Captured | undefined): Answer | undefined {
  return captured?.kind === 'streamed' ? { kind: 'sent' } : undefined
}

/** Whatever goes wrong with the capture itself ends the attempt too. */
async function capturedBy(
  handle: (attempt: Attempt) => Promise<Captured>,
  attempt: Attempt,
): Promise<Captured> {
  try {
    return await handle(attempt)
  } catch (error) {
    return { kind: 'threw', error }
  }
}

function isOfTheStore(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof StoreFull
}

function checkedOperation(operation: Operation<never>): EngineOperation<unknown> {
  const known: unknown = operation
  if (known instanceof EngineTransactionalOperation) {
    throw new OptionInvalid(
      'operation',
      'a transactional operation answers no requests by itself, since a response is sent outside of its transaction; call its onceInTransaction() in the route',
    )
  }
  if (!(known instanceof EngineOperation)) {
    throw new OptionInvalid('operation', 'pass what receipts.operation() has given')
  }
  return known
}
