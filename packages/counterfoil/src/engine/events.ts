import type { ClaimDecision, OutcomeNotKept, Predecessor, Purpose, ReceiptId } from '../core/index.ts'

/** What every event says. The id is a digest: no event holds a key, a request or an outcome; an `error` is as it was thrown. */
interface About {
  readonly id: ReceiptId
  readonly operation: string
}

/** One event for every transition and every answer, for logs and metrics. */
export type ReceiptEvent =
  | (About & { type: 'claimed'; attempt: number; predecessor: Predecessor; purpose: Purpose })
  | (About & {
      type: 'settled'
      attempt: number
      as: 'succeeded' | 'failed' | 'released'
      durationMs: number
      /** Of an operation in a transaction. `caller`: it counts once the caller's own transaction commits. */
      commits?: 'store' | 'caller'
    })
  /** A transaction's attempt left nothing behind: it failed, or met another transaction, and its key is free. */
  | (About & { type: 'rolled_back'; attempt: number; durationMs: number; error?: unknown })
  /** The answer to a transaction's COMMIT was lost. What it came to is asked for next. */
  | (About & { type: 'commit_unknown'; error: unknown })
  /** The attempt doesn't know whether its effect happened; the receipt is abandoned. */
  | (About & { type: 'given_up'; attempt: number; durationMs: number; error?: unknown })
  | (About & { type: 'replayed'; attempt: number })
  | (About & { type: 'waiting'; attempt: number })
  | (About & { type: 'refused'; why: Refusal })
  | (About & { type: 'claim_lost'; attempt: number })
  /** The attempt ended and the store would not take it: it is tried again behind the caller's back, and reported here. */
  | (About & { type: 'unsettled'; attempt: number; error: unknown })
  | (About & { type: 'renewal_failed'; attempt: number; error: unknown })
  /** A claim was given back under which nothing had run: its caller had left, or its answer had not come in time. */
  | (About & { type: 'withdrawn' })
  | (About & {
      type: 'recovered'
      attempt: number
      found: 'happened' | 'did_not_happen' | 'unknown'
      error?: unknown
    })
  /** The outcome could not be kept; the receipt says so, and nothing runs again. */
  | (About & { type: 'outcome_not_kept'; attempt: number; why: OutcomeNotKept['why'] })
  /** Held past all patience: nobody ever found out whether this effect happened. */
  | (About & { type: 'entombed'; tenant: string })
  | { type: 'swept'; dropped: number; removed: number }
  | { type: 'sweep_failed'; error: unknown }
  | { type: 'recovery_failed'; operation: string; error: unknown }

/** Why a call got no outcome. */
export type Refusal =
  | Exclude<ClaimDecision['kind'], 'claimed' | 'replay' | 'in_progress' | 'other_algorithm'>
  | 'fingerprint_unknown'
  | 'rejected'
  | 'wait_ended'
  | 'too_many_waiters'

export interface Events {
  emit(event: ReceiptEvent): void
}

/** A listener that throws, or rejects, harms nobody but itself: its error becomes a process warning. */
export function eventsTo(listener: ((event: ReceiptEvent) => unknown) | undefined): Events {
  if (listener === undefined) return { emit: () => undefined }
  return {
    emit(event) {
      try {
        const said = listener(event)
        if (said instanceof Promise) said.catch(warn)
      } catch (error) {
        warn(error)
      }
    },
  }
}

function warn(error: unknown): void {
  const warning = error instanceof Error ? error : 'a listener threw something that is no Error'
  process.emitWarning(warning, { type: 'CounterfoilListener' })
}
