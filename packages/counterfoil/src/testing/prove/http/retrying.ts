import { type Asked, type Exchange, fieldIn, kindOf } from './exchange.ts'

/**
 * It was refused before the outcome was there: some services say so with another 4xx than 409. What it comes to is seen by
 * asking again.
 *
 * @param outcomeAtMs infinite where there is none: it was refused for another reason then
 */
export function isEarly({ answer, startMs }: Exchange, outcomeAtMs: number): boolean {
  return kindOf(answer) === 'refused' && outcomeAtMs !== Number.POSITIVE_INFINITY && startMs < outcomeAtMs
}

export function lastOf(exchanges: readonly Exchange[]): Exchange {
  return exchanges.at(-1) as Exchange
}

/** The same request, sent at once, by a caller who stays. */
export function retryOf({ afterMs, leavesAfterMs, ...asked }: Asked): Asked {
  return asked
}

/** How long the answer asks to wait; 0 where it doesn't say, or says it as a date. */
export function retryAfterMs({ answer }: Exchange): number {
  const seconds = answer.kind === 'answer' ? Number(fieldIn(answer, 'retry-after')) : Number.NaN
  return Number.isFinite(seconds) ? seconds * 1000 : 0
}
