import type { WireLines } from '../../wire.ts'
import type { Answer, Hit, NoAnswer } from './shooting/shot.ts'

/** A request, as a scenario asks for it. What is left out is as the proof's options have it. */
export interface Asked {
  /** Who it is in the evidence: `the first request`, `a retry`. */
  readonly as: string
  /** Default: the round's. `null`: none is sent. */
  readonly key?: string | null
  /** The values of the key's field lines as they go over the wire, whatever bytes (as latin1). Overrules `key`. */
  readonly keyLines?: readonly string[]
  /** Sent instead of the field lines of the same names, and beside the others. */
  readonly headers?: WireLines
  readonly body?: Uint8Array
  /** Path and query. */
  readonly target?: string
  /** In a volley: how long after the barrier it leaves. Default: as the stagger has it. */
  readonly afterMs?: number
  /** The caller is gone so long after it has sent the request, and hears no answer. */
  readonly leavesAfterMs?: number
}

/** What came back, as it is understood at this endpoint. */
interface Understood extends Answer {
  /** It is no outcome, for an outcome has another status here. */
  readonly accepted?: 'only'
}

/** One request, and what came of it. Times are milliseconds from the round's start. */
export interface Exchange extends Pick<Hit, 'caller'> {
  readonly answer: Understood | NoAnswer
  readonly asked: Asked
  readonly startMs: number
  readonly endMs: number
}

/** A request with the retries that a client makes while the answer asks for them. */
export interface Call {
  readonly asked: Asked
  /** In their order, at least one. */
  readonly exchanges: readonly Exchange[]
  readonly last: Exchange
}

/**
 * - `success`: an outcome, below 400.
 * - `later`: the answer asks to be asked again: still in progress, too many requests, overload, a fault on the way.
 * - `refused`: any other 4xx.
 * - `none`: no answer. The request may have run.
 */
export type AnswerKind = 'success' | 'later' | 'refused' | 'none'

export function kindOf(answer: Exchange['answer']): AnswerKind {
  if (answer.kind === 'no_answer') return 'none'
  const { status } = answer
  if (status === 202 && isComeAgain(answer)) return 'later'
  if (status < 400) return 'success'
  return status >= 500 || laterStatuses.has(status) ? 'later' : 'refused'
}

/** What a 202 tells depends on what the endpoint's outcomes are like. @param outcomeStatus of a first request by itself */
export function understood(answer: Hit['answer'], outcomeStatus: number): Exchange['answer'] {
  const only = answer.kind === 'answer' && answer.status === 202 && outcomeStatus !== 202
  return only ? { ...answer, accepted: 'only' } : answer
}

/** Accepted, to be asked for again, and without a place where the outcome will be. */
function isComeAgain(answer: Understood): boolean {
  if (answer.accepted === 'only') return true
  return fieldIn(answer, 'retry-after') !== undefined && fieldIn(answer, 'location') === undefined
}

/** Request time-out, conflict with what is in progress, locked, too early, too many. */
const laterStatuses: ReadonlySet<number> = new Set([408, 409, 423, 425, 429])

/** The service says that the key is taken, and not merely that it is busy itself. */
export function isInProgress(answer: Exchange['answer']): boolean {
  return (
    answer.kind === 'answer' && [202, 409, 423, 425].includes(answer.status) && kindOf(answer) === 'later'
  )
}

/** The value of the first field line of this name (given in lower case). */
export function fieldIn(answer: Answer, name: string): string | undefined {
  return answer.lines.find(([of]) => of.toLowerCase() === name)?.[1]
}

/** An exchange whose answer came. */
export type Answered = Exchange & { readonly answer: Answer }

export function isSuccess(exchange: Exchange): exchange is Answered {
  return kindOf(exchange.answer) === 'success'
}

/** Those that succeeded, in the order of their answers. */
export function successesIn(exchanges: readonly Exchange[]): readonly Answered[] {
  return exchanges.filter(isSuccess).toSorted((a, b) => a.endMs - b.endMs)
}

export function exchangesOf(calls: readonly Call[]): readonly Exchange[] {
  return calls.flatMap(({ exchanges }) => exchanges)
}

/** `201`, or `no answer`. */
export function statusOf(answer: Exchange['answer']): string {
  return answer.kind === 'answer' ? String(answer.status) : 'no answer'
}

/** For the evidence: `201 (94 bytes, sha256 4f5c0a17)`. Never the body: it may be anybody's. */
export function shownAnswer(answer: Exchange['answer']): string {
  if (answer.kind === 'no_answer') return answer.says
  return `${answer.status} (${answer.bytes} bytes, sha256 ${answer.sha256.slice(0, 12)})`
}
