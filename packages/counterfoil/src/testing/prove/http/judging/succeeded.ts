import { type Answered, type Exchange, isSuccess, shownAnswer } from '../exchange.ts'
import { Unmeasured } from '../ruling.ts'

/** @throws {Unmeasured} where what all else rests on did not come through */
export function succeeded(exchange: Exchange): Answered {
  if (isSuccess(exchange)) return exchange
  throw new Unmeasured(`What the rest is measured by did not come through: ${said(exchange)}.`)
}

/** `a retry was answered with 409 (94 bytes, …)`. */
export function said({ asked, answer }: Exchange): string {
  return `${asked.as} ${answer.kind === 'answer' ? 'was answered with' : 'got no answer:'} ${shownAnswer(answer)}`
}
