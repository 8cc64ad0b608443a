import type { Exchange } from '../exchange.ts'

/** Too many requests, or nobody there to answer: they tell nothing of a key. */
const busy: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * The answer is the service's word on this request. Unlike `isAnswered`, it takes a 409 for one too: for requests that are to be
 * refused, or run by themselves.
 */
export function isDecided({ answer }: Pick<Exchange, 'answer'>): boolean {
  return answer.kind === 'answer' && !busy.has(answer.status)
}

/** It ran into something: that is neither an outcome nor a refusal. */
export function isFault({ answer }: Pick<Exchange, 'answer'>): boolean {
  return answer.kind === 'answer' && answer.status >= 500
}

export function isDecidedRefusal(exchange: Pick<Exchange, 'answer'>): boolean {
  const { answer } = exchange
  return isDecided(exchange) && answer.kind === 'answer' && answer.status >= 400 && answer.status < 500
}
