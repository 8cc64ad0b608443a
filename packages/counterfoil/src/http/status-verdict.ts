import type { Verdict } from '../engine/index.ts'
import { type FieldLines, valuesOf } from './field-lines.ts'

/** The head of a response, as far as it says what became of the request. */
export interface ResponseHead {
  readonly status: number
  readonly headers: FieldLines
}

/** Refusals that ran nothing, whoever gives them. */
const nothingRan = new Set([401, 403, 408, 425, 429])
/** The same where they ask to be tried again: a layer below refused. */
const nothingRanIfRetryable = new Set([409, 423, 503])

/** A response ends its attempt as its status says. That nothing ran is never inferred from another 5xx. */
export function verdictOfStatus({ status, headers }: ResponseHead): Verdict {
  if (nothingRan.has(status)) return 'not_executed'
  if (nothingRanIfRetryable.has(status) && valuesOf(headers, 'retry-after').length > 0) return 'not_executed'
  if (status >= 500) return 'failed'
  return status >= 400 ? 'rejected' : 'succeeded'
}
