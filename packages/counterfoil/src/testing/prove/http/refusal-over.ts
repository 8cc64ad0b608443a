import type { Exchange } from './exchange.ts'
import { isSuccess, kindOf } from './exchange.ts'
import type { Round } from './round.ts'

/** A receipt may be settled a moment after its answer has left. */
const SETTLES_WITHIN_MS = 1500

/**
 * Whether a request that should be refused needs not be sent again: a 409 may say that another one is in progress, or be
 * the refusal itself. Once the outcome has been there for a while, it is the latter.
 */
export function refusalIsOver(round: Round): (exchange: Exchange) => boolean {
  return (exchange) => {
    const { answer, endMs } = exchange
    const kind = kindOf(answer)
    if (kind === 'success' || kind === 'refused') return true
    if (answer.kind === 'no_answer' || answer.status !== 409) return false
    if (round.terms.expectConflict === 409) return true
    const outcome = round.recorded.find(isSuccess)
    return outcome !== undefined && endMs > outcome.endMs + SETTLES_WITHIN_MS
  }
}
