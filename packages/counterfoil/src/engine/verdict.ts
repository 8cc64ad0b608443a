/**
 * What an attempt came to. `failed` is left to the guarantee: stored, or released. `rejected` is a definite refusal
 * of the request, final under every guarantee. `not_executed` ran nothing, and releases under every guarantee.
 * `unknown` may have had its effect or not.
 */
export type Verdict = 'succeeded' | 'failed' | 'rejected' | 'not_executed' | 'unknown'

export const verdicts: ReadonlySet<unknown> = new Set<Verdict>([
  'succeeded',
  'failed',
  'rejected',
  'not_executed',
  'unknown',
])

export type Ended<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'threw'; readonly error: unknown }

/** A user's own judgement; `undefined` leaves it to the default. */
export type Classify<T> = (ended: Ended<T>) => Verdict | undefined

/**
 * A value succeeded and a thrown error failed, unless the error is the network's: then nobody knows. Even where a call
 * was refused a connection, the handler may have made another one before it. That nothing was executed is never
 * inferred from an error: the handler says it.
 */
export function defaultVerdict(ended: Ended<unknown>): Verdict {
  if (ended.kind === 'returned') return 'succeeded'
  return isOfTheNetwork(ended.error) ? 'unknown' : 'failed'
}

const networkNames = new Set(['AbortError', 'TimeoutError'])
const networkCodes = new Set([
  // of a call to another operation, inside this one
  'outcome_unknown',
  'claim_lost',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ESOCKETTIMEDOUT',
  'ETIMEDOUT',
  'UND_ERR_ABORTED',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
])

/** How many causes deep the network's error is looked for. */
const MAX_CAUSES = 8

function isOfTheNetwork(error: unknown): boolean {
  try {
    let at = error
    for (let depth = 0; depth < MAX_CAUSES && typeof at === 'object' && at !== null; depth += 1) {
      const { name, code, cause } = at as { name?: unknown; code?: unknown; cause?: unknown }
      if (networkNames.has(name as string) || networkCodes.has(code as string)) return true
      at = cause
    }
    return false
  } catch {
    return false // it can't even be looked at: a failure like any other
  }
}
