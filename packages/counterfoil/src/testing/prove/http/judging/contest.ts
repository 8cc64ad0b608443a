import type { Effects } from '../counter.ts'
import {
  type Answered,
  type Call,
  type Exchange,
  exchangesOf,
  isInProgress,
  isSuccess,
  kindOf,
  shownAnswer,
  successesIn,
} from '../exchange.ts'
import { broken, kept, type Ruling, unmeasured } from '../ruling.ts'
import type { HttpProofTerms } from '../terms.ts'
import { judgeOneOutcome, twoOutcomes } from './one-outcome.ts'
import { sameOutcome } from './same-outcome.ts'

/** The draft's status for a key that comes with another request (draft-ietf-httpapi-idempotency-key-header, §2.7). */
const CONFLICT = 422

/** Calls of two different requests under one key. */
export interface Contest {
  readonly given: readonly Call[]
  readonly other: readonly Call[]
  readonly effects: Effects
  readonly terms: Pick<HttpProofTerms, 'guarantee' | 'expectConflict'>
}

/** One of the two requests ran, whichever it was, and the other one was refused. */
export function judgeContest({ given, other, effects, terms }: Contest): Ruling {
  const successes = successesIn(exchangesOf([...given, ...other]))
  const [first] = successes
  if (first === undefined) return unmeasured('No request came through.')
  const [winners, losers] = callOf(given, first) ? [given, other] : [other, given]
  const wrong = successes.find((success) => callOf(losers, success))
  if (wrong !== undefined) return bothSucceeded(first, wrong, effects)
  const won = judgeOneOutcome({ calls: winners, effects, guarantee: terms.guarantee })
  return won.kind === 'kept' ? judgeRefusals(losers, first, terms) : won
}

function callOf(calls: readonly Call[], exchange: Exchange): Call | undefined {
  return calls.find(({ exchanges }) => exchanges.includes(exchange))
}

function bothSucceeded(first: Answered, wrong: Answered, effects: Effects): Ruling {
  const twice = effects.kind === 'counted' && effects.effects > 1
  if (twice || twoOutcomes([first, wrong]) !== undefined) {
    return broken('Two different requests under one key both succeeded.', [first, wrong])
  }
  return broken('A request got the outcome of another one that had the same key.', [first, wrong])
}

/** @param calls of the request that came second */
function judgeRefusals(
  calls: readonly Call[],
  first: Answered,
  { expectConflict }: Pick<HttpProofTerms, 'expectConflict'>,
): Ruling {
  let note: string | undefined
  for (const { last } of calls) {
    if (last.answer.kind === 'no_answer')
      return unmeasured(`The request that should be refused: ${last.answer.says}.`)
    const { status } = last.answer
    if (kindOf(last.answer) === 'later' && ![409, 423, expectConflict].includes(status)) {
      return unmeasured(`The request that should be refused never got past ${shownAnswer(last.answer)}.`)
    }
    if (expectConflict !== undefined && status !== expectConflict) {
      return broken(
        `Another request under a known key was refused with ${status}, and not with ${expectConflict}.`,
        [first, last],
      )
    }
    if (status !== CONFLICT && expectConflict === undefined) {
      note = `Another request under a known key is refused with ${status}, where the IETF draft has ${CONFLICT}; --expect-conflict holds it to one of them.`
    }
  }
  return kept(note)
}

/** A later retry still gets the outcome, whatever came in between. */
export function judgeStillThere(first: Answered, retry: Call, what: string): Ruling {
  const { last } = retry
  if (isSuccess(last)) {
    return sameOutcome(first.answer, last.answer)
      ? kept()
      : broken(`After ${what}, a retry got another outcome.`, [first, last])
  }
  if (kindOf(last.answer) === 'refused' || isInProgress(last.answer)) {
    return broken(`After ${what}, a retry no longer got the outcome.`, [first, last])
  }
  return unmeasured(`A retry never got past ${shownAnswer(last.answer)}.`)
}
