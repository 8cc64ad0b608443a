import type { Outcome } from '../core/index.ts'
import type { RunningAttempt } from '../engine/attempt.ts'
import type { Finished } from '../engine/caller.ts'
import { finishedWith } from '../engine/handler.ts'
import type { Settings } from '../engine/settings.ts'
import { defaultVerdict, type Ended } from '../engine/verdict.ts'
import type { FieldLines, Keeps } from './field-lines.ts'
import { type Problem, problemBody, problemLines, problemOf } from './problem.ts'
import { type ResponseHead, verdictOfStatus } from './status-verdict.ts'

/** What a handler made of its response, held back or already sent. */
export type Captured =
  | (ResponseHead & { readonly kind: 'response'; readonly body: Uint8Array })
  /** It went out as it came: it is an event stream, or passed the limit. `whole`: the handler ended it. */
  | (ResponseHead & {
      readonly kind: 'streamed'
      readonly why: 'too_large' | 'streamed'
      readonly whole: boolean
    })
  /** It threw, or broke its response off, before anything went out. */
  | { readonly kind: 'threw'; readonly error: unknown }

export interface Response {
  readonly status: number
  readonly headers: FieldLines
  readonly body: Uint8Array
}

export function problemResponse(problem: Problem): Response {
  const body = problemBody(problem)
  return { status: problem.status, headers: problemLines(problem, body.length), body }
}

/** What the caller of a handler that threw gets, and every retry: nothing of the error. */
export const failedForNow: Response = problemResponse(problemOf(undefined))

/** The same, where it never runs again. */
export const failedForGood: Response = problemResponse({
  ...problemOf(undefined),
  detail: 'The request failed, and will not run again under this key; the service has logged why.',
  retry: 'never',
})

/** What a captured response comes to for its receipt. */
export class Endings {
  readonly #settings: Settings
  readonly #keeps: Keeps
  readonly #report: (error: unknown) => void

  constructor(settings: Settings, keeps: Keeps, report: (error: unknown) => void) {
    this.#settings = settings
    this.#keeps = keeps
    this.#report = report
  }

  finished(captured: Captured, attempt: RunningAttempt): Finished {
    const ended = endedAs(captured)
    if (ended.kind === 'threw') this.#report(ended.error)
    return finishedWith(
      this.#outcomeOf(captured, attempt),
      (end) => (end.kind === 'returned' ? verdictOfStatus(end.value) : defaultVerdict(end)),
      ended,
      attempt,
      this.#settings,
    )
  }

  #outcomeOf(captured: Captured, { mark }: RunningAttempt): Outcome {
    if (captured.kind === 'response') {
      const { status, headers, body } = captured
      return { kind: 'response', status, headers: this.#keeps(headers), body }
    }
    // What may run again is not said to be over.
    const over = captured.kind === 'streamed' && captured.whole && isFinal(captured)
    if (over) return { kind: 'not_kept', why: captured.why }
    const forGood = this.#settings.policies.onFailure === 'final' && mark === 'none'
    return { kind: 'response', ...(forGood ? failedForGood : failedForNow) }
  }
}

function isFinal(head: ResponseHead): boolean {
  return head.status < 500 && verdictOfStatus(head) !== 'not_executed'
}

function endedAs(captured: Captured): Ended<ResponseHead> {
  if (captured.kind === 'threw') return captured
  const { status, headers } = captured
  if (captured.kind === 'response' || captured.whole) return { kind: 'returned', value: { status, headers } }
  return { kind: 'threw', error: new Error('the response broke off') }
}
