import { type ClaimDecision, decideClaim, type StoreTime } from '../../core/index.ts'
import type { Fault } from './faults.ts'
import type { Packed } from './packing.ts'
import type { Answer, Write } from './write.ts'

/** To the worker. It answers writes in the order in which they were posted. */
export type Posted = Packed | 'close'

/** From the worker: the results of the next so many writes. */
export interface Reply {
  readonly latest: StoreTime
  /** A JSON text of results that hold no bytes; `null` in it stands for the next of `whole`. */
  readonly results: string
  readonly whole: readonly Result[]
}

export type Result = { readonly answer: LeanAnswer } | { readonly fault: Fault }

export function replyWith(latest: StoreTime, results: readonly Result[]): Reply {
  const whole: Result[] = []
  const text = JSON.stringify(
    results.map((result) => {
      if (isText(result)) return result
      whole.push(result)
      return null
    }),
  )
  return { latest, results: text, whole }
}

export function resultsIn({ results, whole }: Reply): Result[] {
  const rest = whole.values()
  return (JSON.parse(results) as (Result | null)[]).map((result) => result ?? (rest.next().value as Result))
}

/** The answers of the common path; each of the others may hold bytes, and is copied as it is. */
function isText(result: Result): boolean {
  if ('fault' in result) return false
  return typeof result.answer === 'number' || isClaimedFirst(result.answer)
}

/** An answer without what the asking thread knows already: to copy it back would cost as much as to write it. */
export type LeanAnswer = Answer | ClaimedFirst

/** Absent before: what is stored follows from the request and this time. */
interface ClaimedFirst {
  readonly kind: 'claimed first'
  readonly now: StoreTime
}

export function leanAnswer(write: Write, answer: Answer): LeanAnswer {
  if (write.do !== 'claim') return answer
  const decision = answer as ClaimDecision
  // The request's own fingerprint, and not one that was read: this decision was made about an absent receipt.
  const first = decision.kind === 'claimed' && decision.receipt.fingerprint === write.request.fingerprint
  return first ? { kind: 'claimed first', now: decision.receipt.createdAt } : answer
}

export function fullAnswer(write: Write, answer: LeanAnswer): Answer {
  if (!isClaimedFirst(answer)) return answer
  return decideClaim(undefined, (write as Extract<Write, { do: 'claim' }>).request, answer.now)
}

function isClaimedFirst(answer: LeanAnswer): answer is ClaimedFirst {
  return typeof answer === 'object' && 'kind' in answer && answer.kind === 'claimed first'
}
