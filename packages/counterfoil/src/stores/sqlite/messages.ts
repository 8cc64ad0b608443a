import { decideClaim, type FencedAnswer, type Receipt, type StoreTime } from '../../core/index.ts'
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
  if ('fault' in result || result.answer === undefined || typeof result.answer === 'string') return false
  if (!('kind' in result.answer)) return false
  const { kind } = result.answer
  return kind === 'claimed first' || (kind === 'settled as sent' && result.answer.receipt.request === null)
}

/** An answer without what the asking thread knows already: to copy it back would cost as much as to write it. */
export type LeanAnswer =
  | Answer
  /** Absent before: what is stored follows from the request and this time. */
  | { readonly kind: 'claimed first'; readonly now: StoreTime }
  /** The outcome is the very one that was sent. */
  | { readonly kind: 'settled as sent'; readonly receipt: Receipt }

export function leanAnswer(write: Write, answer: Answer): LeanAnswer {
  if (answer === undefined || typeof answer === 'string' || !('kind' in answer)) return answer
  if (write.do === 'claim' && answer.kind === 'claimed') {
    // The request's own fingerprint, and not one that was read: this decision was made about an absent receipt.
    const first = answer.receipt.fingerprint === write.request.fingerprint
    return first ? { kind: 'claimed first', now: answer.receipt.createdAt } : answer
  }
  if (write.do === 'settle' && answer.kind === 'settled' && outcomeOf(answer) === write.settlement.outcome) {
    return { kind: 'settled as sent', receipt: { ...answer.receipt, outcome: null } as Receipt }
  }
  return answer
}

export function fullAnswer(write: Write, answer: LeanAnswer): Answer {
  if (answer === undefined || typeof answer === 'string' || !('kind' in answer)) return answer
  if (answer.kind === 'claimed first' && write.do === 'claim') {
    return decideClaim(undefined, write.request, answer.now)
  }
  if (answer.kind === 'settled as sent' && write.do === 'settle') {
    return { kind: 'settled', receipt: { ...answer.receipt, outcome: write.settlement.outcome } as Receipt }
  }
  return answer as Answer
}

/** `undefined` where the receipt has no outcome to have: released while doubt stood, it was abandoned. */
function outcomeOf({ receipt }: Extract<FencedAnswer, { kind: 'settled' }>): Uint8Array | null | undefined {
  return receipt.state === 'in_progress' ? undefined : receipt.outcome
}
