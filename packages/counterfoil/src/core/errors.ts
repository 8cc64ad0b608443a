/**
 * Whether sending the same request again can help: `later` after a wait, `never` because the answer stays as it is,
 * `fix` once the request or the configuration is put right.
 */
export type Retry = 'later' | 'never' | 'fix'

/**
 * Every error that Counterfoil throws. The message is one sentence that says what is wrong and what to do; the facts
 * are fields. No message and no field holds a key, a body or a credential, except where a `StoredFailure` says what the
 * handler's own error said.
 */
export abstract class CounterfoilError extends Error {
  /** Stable across versions, for programs. */
  abstract readonly code: string
  abstract readonly retry: Retry

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** The idempotency key breaks the key contract: 1 to 255 UTF-8 bytes of well-formed text without control characters. */
export class KeyInvalid extends CounterfoilError {
  readonly code = 'key_invalid'
  readonly retry = 'fix'
  constructor(fault: string, advice = 'send 1 to 255 bytes of text without control characters') {
    super(`The idempotency key ${fault}; ${advice}.`)
  }
}

/** The tenant or the operation's name cannot be part of a receipt's identity. */
export class ScopeInvalid extends CounterfoilError {
  readonly code = 'scope_invalid'
  readonly retry = 'fix'
  readonly part: 'tenant' | 'operation'
  constructor(part: 'tenant' | 'operation', fault: string) {
    super(`The ${part} ${fault}; give a short stable name without control characters.`)
    this.part = part
  }
}

/** An option is missing, malformed, or doesn't fit the others. */
export class OptionInvalid extends CounterfoilError {
  readonly code = 'option_invalid'
  readonly retry = 'fix'
  readonly option: string
  constructor(option: string, advice: string, options?: ErrorOptions) {
    super(`The option '${option}' can't be used as it stands: ${advice}.`, options)
    this.option = option
  }
}

/** An operation's name was defined a second time with other options, or with another way to recover or re-run. */
export class OperationRedefined extends CounterfoilError {
  readonly code = 'operation_redefined'
  readonly retry = 'fix'
  readonly operation: string
  constructor(operation: string, options: readonly string[]) {
    super(
      `The operation '${operation}' is already defined with another ${options.join(', ')}; define it once and share it, or choose another name.`,
    )
    this.operation = operation
  }
}

/** The key was used before with another request. The stored request and outcome are not revealed. */
export class KeyConflict extends CounterfoilError {
  readonly code = 'key_conflict'
  readonly retry = 'fix'
  readonly operation: string
  constructor(operation: string) {
    super(
      `This idempotency key of '${operation}' was used before with another request; use a new key for a new request.`,
    )
    this.operation = operation
  }
}

/** The receipt was made under other credentials, and this deployment tells its callers apart by them. */
export class OtherCredentials extends CounterfoilError {
  readonly code = 'other_credentials'
  readonly retry = 'fix'
  readonly operation: string
  constructor(operation: string) {
    super(
      `This idempotency key of '${operation}' was used under other credentials; retry with the first caller's, or have the service name a stable principal as the tenant.`,
    )
    this.operation = operation
  }
}

/** An attempt under this key is still running. */
export class StillInProgress extends CounterfoilError {
  readonly code = 'still_in_progress'
  readonly retry = 'later'
  readonly operation: string
  readonly why: 'rejected' | 'wait_ended' | 'too_many_waiters'
  /** Milliseconds after which a retry may be worth it: the least of the lease's time left and the operation's usual latency. */
  readonly retryAfterMs: number
  constructor(operation: string, why: StillInProgress['why'], retryAfterMs: number) {
    const because = {
      rejected: 'is still running, and this call does not wait',
      wait_ended: 'was still running when the wait ended',
      too_many_waiters: 'is still running, and no more calls may wait for it',
    }[why]
    super(`The first request with this key of '${operation}' ${because}; retry in ${retryAfterMs} ms.`)
    this.operation = operation
    this.why = why
    this.retryAfterMs = retryAfterMs
  }
}

/** An attempt was abandoned: whether its effect happened is not known. */
export class OutcomeUnknown extends CounterfoilError {
  readonly code = 'outcome_unknown'
  readonly retry = 'later'
  readonly operation: string
  readonly attempt: number
  /**
   * `held`: nothing runs until it is recovered, or an operator acts. `reruns`: a retry runs again. `undecided`: of a
   * transaction whose commit was not answered; a retry gets its outcome, or runs if nothing was committed.
   */
  readonly standing: 'held' | 'reruns' | 'undecided'
  /** Milliseconds until a retry or a recovery may be tried; `null` where only an operator can help. */
  readonly retryAfterMs: number | null
  constructor(
    operation: string,
    attempt: number,
    standing: OutcomeUnknown['standing'],
    retryAfterMs: number | null,
    options?: ErrorOptions,
  ) {
    const next = {
      held: "it is held until it is recovered, or settled or released by an operator ('counterfoil receipts')",
      reruns: 'a retry with the same key runs again',
      undecided:
        'the answer to its COMMIT was lost; a retry with the same key gets its outcome if it was committed, and runs again if nothing was',
    }[standing]
    super(`The effect of '${operation}' is unknown after attempt ${attempt}: ${next}.`, options)
    this.operation = operation
    this.attempt = attempt
    this.standing = standing
    this.retryAfterMs = retryAfterMs
  }
}

/** The request was answered, and the answer is no longer kept. It will not run again under this key. */
export class OutcomeExpired extends CounterfoilError {
  readonly code = 'outcome_expired'
  readonly retry = 'never'
  readonly operation: string
  constructor(operation: string) {
    super(
      `The outcome of this key of '${operation}' has expired and it will not run again; use a new key for a new request.`,
    )
    this.operation = operation
  }
}

/** The request succeeded, and its outcome was never kept. It will not run again under this key. */
export class OutcomeNotKept extends CounterfoilError {
  readonly code = 'outcome_not_kept'
  readonly retry = 'never'
  readonly operation: string
  readonly why: 'too_large' | 'unencodable' | 'unstorable' | 'streamed'
  constructor(operation: string, why: OutcomeNotKept['why'], ended: 'succeeded' | 'failed' = 'succeeded') {
    const because = {
      too_large: 'was larger than the limit',
      unencodable: 'could not be encoded',
      unstorable: 'was refused by the store',
      streamed: 'was sent as it came',
    }[why]
    super(
      `The request with this key of '${operation}' ${ended}, and its outcome ${because} and was not kept; it will not run again.`,
    )
    this.operation = operation
    this.why = why
  }
}

/** The stored bytes of an outcome can't be read by this version; the receipt stands, and nothing runs again. */
export class OutcomeUnreadable extends CounterfoilError {
  readonly code = 'outcome_unreadable'
  readonly retry = 'fix'
  constructor(fault: string, options?: ErrorOptions) {
    super(
      `The stored outcome can't be read: ${fault}; read it with the version of Counterfoil, or the codec, that wrote it.`,
      options,
    )
  }
}

/** What a receipt keeps of a thrown error. */
export interface FailureFacts {
  readonly name: string
  readonly message: string
  readonly code: string | null
}

/** The attempt failed, and this is what the receipt keeps of it. Its first caller got the error itself. */
export class StoredFailure extends CounterfoilError {
  readonly code = 'stored_failure'
  readonly retry: 'later' | 'never'
  readonly operation: string
  readonly attempt: number
  readonly failure: FailureFacts
  /** `released`: a new call may run again; `final`: it never will under this key. */
  readonly standing: 'released' | 'final'
  constructor(operation: string, attempt: number, failure: FailureFacts, standing: 'released' | 'final') {
    super(
      `Attempt ${attempt} of '${operation}' failed with ${failure.name}: ${failure.message} (${
        standing === 'final' ? 'stored as final: use a new key to try again' : 'released: a retry runs again'
      }).`,
    )
    this.operation = operation
    this.attempt = attempt
    this.failure = failure
    this.standing = standing
    this.retry = standing === 'final' ? 'never' : 'later'
  }
}

/**
 * An attempt may not go on, or must not count. `taken_over`: its claim is another attempt's, or an operator's.
 * `lease_ending`: it could not be renewed. `max_duration`: it has run for as long as it may. The last two are reasons of
 * an attempt's signal: what it still comes to is settled unless somebody takes over first.
 */
export class ClaimLost extends CounterfoilError {
  readonly code = 'claim_lost'
  readonly retry = 'later'
  readonly operation: string
  readonly attempt: number
  readonly why: 'taken_over' | 'lease_ending' | 'max_duration'
  constructor(operation: string, attempt: number, why: ClaimLost['why'] = 'taken_over') {
    const because = {
      taken_over:
        'lost its claim to another attempt or to an operator; what it did is not recorded, so retry with the same key to get the outcome that is',
      lease_ending:
        'could not renew its lease, which is about to end; stop, since another attempt may run after it',
      max_duration:
        'has run for its maxDuration, and its lease is no longer renewed; stop, or raise maxDuration for the next ones',
    }[why]
    super(`Attempt ${attempt} of '${operation}' ${because}.`)
    this.operation = operation
    this.attempt = attempt
    this.why = why
  }
}

/**
 * What was wrong. After `unreachable` and `failed` the call may have been written all the same, and a claim is looked after
 * by its token; with every other word the store says for sure that nothing was.
 *
 * - `unreachable`: no connection, no answer in time, or a connection lost while the call was under way.
 * - `locked`: somebody else held what it needed for as long as it may wait.
 * - `read_only`: this server, file or user takes no write just now.
 * - `full`: no room for it.
 * - `corrupt`: what is stored can't be read, or is none of the store's.
 * - `newer_version`: a newer version of the library wrote it.
 * - `closed`: the store was closed.
 * - `too_large`: more bytes than it takes in one receipt or step.
 * - `failed`: anything else.
 */
export type StoreFault =
  | 'unreachable'
  | 'locked'
  | 'read_only'
  | 'full'
  | 'corrupt'
  | 'newer_version'
  | 'closed'
  | 'too_large'
  | 'failed'

/** The store could not be asked, or could not write. */
export class StoreUnavailable extends CounterfoilError {
  readonly code = 'store_unavailable'
  readonly retry = 'later'
  readonly store: string
  readonly fault: StoreFault
  constructor(store: string, fault: StoreFault, advice: string, options?: ErrorOptions) {
    super(`The ${store} store ${advice}.`, options)
    this.store = store
    this.fault = fault
  }
}

/** The store holds as many receipts as it may; nothing that lives was evicted to make room. */
export class StoreFull extends CounterfoilError {
  readonly code = 'store_full'
  readonly retry = 'later'
  readonly maxReceipts: number
  constructor(maxReceipts: number) {
    super(
      `The store holds ${maxReceipts} receipts, as many as it may, and takes no new one; raise maxReceipts or shorten the key retention.`,
    )
    this.maxReceipts = maxReceipts
  }
}

/** A store's URL can't be understood, or its driver is not installed. */
export class StoreUrlInvalid extends CounterfoilError {
  readonly code = 'store_url_invalid'
  readonly retry = 'fix'
}

/** The receipt was fingerprinted by an algorithm that this version doesn't know. Nothing runs. */
export class FingerprintUnknown extends CounterfoilError {
  readonly code = 'fingerprint_unknown'
  readonly retry = 'fix'
  readonly operation: string
  constructor(operation: string) {
    super(
      `The receipt of this key of '${operation}' was fingerprinted by an algorithm that this version doesn't know; answer it with the version of Counterfoil that wrote it.`,
    )
    this.operation = operation
  }
}

/** The receipts are closing or closed. Nothing ran. */
export class ReceiptsClosed extends CounterfoilError {
  readonly code = 'receipts_closed'
  readonly retry = 'later'
  constructor() {
    super(
      'The receipts are closed and take no new call; send the request to a process that is not shutting down.',
    )
  }
}
