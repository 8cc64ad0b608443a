/**
 * What an attempt came to. `failed` is left to the guarantee: stored, or released. `rejected` is a definite refusal
 * of the request, final under every guarantee. `not_executed` ran nothing, and releases under every guarantee.
 * `unknown` may have had its effect or not.
 */
export type Verdict = 'succeeded' | 'failed' | 'rejected' | 'not_executed' | 'unknown'

export type Ended<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'threw'; readonly error: unknown }

/** A user's own judgement; `undefined` leaves it to the default. */
export type Classify<T> = (ended: Ended<T>) => Verdict | undefined

/**
 * A value succeeded and a thrown error failed, unless the error says that a call was cut off after it may have been
 * sent: then nobody knows. That nothing was executed is never inferred from an error: the handler says it.
 */
export function defaultVerdict(ended: Ended<unknown>): Verdict {
  if (ended.kind === 'returned') return 'succeeded'
  return isCutOff(ended.error) ? 'unknown' : 'failed'
}

const cutOffNames = new Set(['AbortError', 'TimeoutError'])
const cutOffCodes = new Set([
  'ECONNABORTED',
  'ECONNRESET',
  'EPIPE',
  'ESOCKETTIMEDOUT',
  'ETIMEDOUT',
  'UND_ERR_ABORTED',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
])

/** How many causes deep a cut-off call is looked for. */
const MAX_CAUSES = 8

function isCutOff(error: unknown): boolean {
  let at = error
  for (let depth = 0; depth < MAX_CAUSES && typeof at === 'object' && at !== null; depth += 1) {
    const { name, code, cause } = at as { name?: unknown; code?: unknown; cause?: unknown }
    if (cutOffNames.has(name as string) || cutOffCodes.has(code as string)) return true
    at = cause
  }
  return false
}
