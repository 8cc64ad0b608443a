import { decideClaim, type FencedAnswer, type Receipt, type StoreTime } from '../../core/index.ts'
import type { Fault } from './faults.ts'
import type { Answer, Write } from './write.ts'

/** To the worker. It answers writes in the order in which they were posted. */
export type Posted = { readonly latest: StoreTime; readonly writes: readonly Write[] } | 'close'

/** From the worker: the results of the next so many writes. */
export interface Reply {
  readonly latest: StoreTime
  readonly results: readonly ({ readonly answer: LeanAnswer } | { readonly fault: Fault })[]
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

/** Node copies the whole of the memory that bytes are a view of: of a small Buffer that is a pool of 8 KiB. */
export function leanWrite(write: Write): Write {
  if (write.do === 'settle' && sharesMemory(write.settlement.outcome)) {
    const outcome = new Uint8Array(write.settlement.outcome)
    return { ...write, settlement: { ...write.settlement, outcome } }
  }
  if (write.do === 'save_step' && sharesMemory(write.result)) {
    return { ...write, result: new Uint8Array(write.result) }
  }
  if (write.do === 'claim' && sharesMemory(write.request.request)) {
    return { ...write, request: { ...write.request, request: new Uint8Array(write.request.request) } }
  }
  return write
}

function sharesMemory(bytes: Uint8Array | null): bytes is Uint8Array {
  return bytes !== null && bytes.byteLength !== bytes.buffer.byteLength
}

function outcomeOf(answer: Extract<FencedAnswer, { kind: 'settled' }>): Uint8Array | null {
  return answer.receipt.state === 'in_progress' ? null : answer.receipt.outcome
}
