import {
  CounterfoilError,
  OutcomeUnknown,
  type Retry,
  StillInProgress,
  StoreFull,
  StoreUnavailable,
} from '../core/index.ts'
import type { FieldLines } from './field-lines.ts'

/** What an answer that is not the handler's own says (RFC 9457). It tells nothing of the stored request or outcome. */
export interface Problem {
  readonly status: number
  /** The last segment of its type, and the name of its page. */
  readonly name: string
  readonly title: string
  readonly detail: string
  readonly retry: Retry
  readonly retryAfterMs?: number
}

/** Where the types' pages are: docs/problems. */
const PROBLEM_TYPES = 'https://counterfoil.dev/problems/'

export type ProblemName =
  | 'key_missing'
  | 'key_invalid'
  | 'key_conflict'
  | 'other_credentials'
  | 'replay_forbidden'
  | 'still_in_progress'
  | 'outcome_unknown'
  | 'claim_lost'
  | 'outcome_expired'
  | 'outcome_not_kept'
  | 'body_too_large'
  | 'store_unavailable'
  | 'store_full'
  | 'receipts_closed'
  | 'internal_error'

const titles: Readonly<Record<ProblemName, readonly [status: number, title: string]>> = {
  key_missing: [400, 'The idempotency key is missing'],
  key_invalid: [400, 'The idempotency key is malformed'],
  key_conflict: [422, 'The idempotency key was used with another request'],
  other_credentials: [403, 'The idempotency key was used under other credentials'],
  replay_forbidden: [403, 'The caller may not see this outcome'],
  still_in_progress: [409, 'The first request is still in progress'],
  outcome_unknown: [409, 'The outcome of the first request is unknown'],
  claim_lost: [409, 'Another attempt took over'],
  outcome_expired: [409, 'The outcome has expired'],
  outcome_not_kept: [409, 'The outcome was not kept'],
  body_too_large: [413, 'The body is too large to be fingerprinted'],
  store_unavailable: [503, 'The receipts can’t be reached'],
  store_full: [503, 'The receipts have no room'],
  receipts_closed: [503, 'The service is shutting down'],
  internal_error: [500, 'The request could not be handled'],
}

export const problemKinds: readonly Pick<Problem, 'name' | 'status' | 'title'>[] = Object.entries(titles).map(
  ([code, [status, title]]) => ({ name: nameOf(code), status, title }),
)

/** A refusal that arises over HTTP alone. */
export class HttpRefusal extends CounterfoilError {
  readonly code: Extract<ProblemName, 'key_missing' | 'replay_forbidden' | 'body_too_large'>
  readonly retry = 'fix'
  constructor(code: HttpRefusal['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Any other error than ours is the application's: its text is nobody's business but the application's. */
export function problemOf(error: unknown): Problem {
  const known = error instanceof CounterfoilError && Object.hasOwn(titles, error.code) ? error : undefined
  if (known === undefined) {
    return problem('internal_error', 'The request could not be handled; the service has logged why.', 'later')
  }
  // What is wrong with the store is its operator's business: `onError` is told.
  if (known instanceof StoreUnavailable || known instanceof StoreFull) {
    return problem(
      known.code,
      'The request was not run; send it again later, with the same key.',
      known.retry,
    )
  }
  const after =
    known instanceof StillInProgress || known instanceof OutcomeUnknown ? known.retryAfterMs : null
  const retry = known instanceof OutcomeUnknown && after === null ? 'never' : known.retry
  return problem(known.code as ProblemName, known.message, retry, after ?? undefined)
}

export function problemLines({ retryAfterMs }: Problem, length: number): FieldLines {
  return [
    ['Content-Type', 'application/problem+json'],
    ['Content-Length', String(length)],
    // Whole seconds (RFC 9110, section 10.2.3), rounded up: sooner would be too soon.
    ...(retryAfterMs === undefined
      ? []
      : [['Retry-After', String(Math.max(1, Math.ceil(retryAfterMs / 1000)))] as const]),
  ]
}

/** `error` is for clients that take any JSON without one for a success. */
export function problemBody({ status, name, title, detail, retry }: Problem): Uint8Array {
  const type = `${PROBLEM_TYPES}${name}`
  return Buffer.from(
    JSON.stringify({ type, title, status, detail, retry, error: { type: name, message: detail } }),
  )
}

function problem(of: ProblemName, detail: string, retry: Retry, retryAfterMs?: number): Problem {
  const [status, title] = titles[of]
  return {
    status,
    name: nameOf(of),
    title,
    detail,
    retry,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

function nameOf(code: string): string {
  return code.replaceAll('_', '-')
}
