import {
  encodeOutcome,
  type FencedAnswer,
  fenceOf,
  type Outcome,
  type Receipt,
  type Running,
  type Settlement,
  StoreUnavailable,
} from '../core/index.ts'
import { answerWithin } from './answer-within.ts'
import { type Engine, pause } from './engine.ts'
import type { Lease } from './lease.ts'

/** Whether an earlier attempt may have had its effect. */
export type Doubt = 'stands' | 'cleared'

/** How an attempt is to be settled, with its outcome decoded and encoded. */
export type Ending =
  | { readonly as: 'succeeded' | 'failed'; readonly outcome: Outcome; readonly bytes: Uint8Array }
  | {
      readonly as: 'released'
      readonly outcome: Outcome | null
      readonly bytes: Uint8Array | null
      readonly doubt: Doubt
    }

export type SettleEnd =
  | { readonly kind: 'settled'; readonly receipt: Receipt; readonly outcome: Outcome | null }
  | { readonly kind: 'unsettled'; readonly outcome: Outcome | null }
  | { readonly kind: 'lost' }

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1_000
/** What a settle is given whose lease has ended already: it is still good until somebody takes over. */
const LATE_SETTLE_MS = 1_000

/**
 * Settles, and does not give up before the lease ends. Then the caller has its answer and the receipt is unsettled:
 * reported, and tried again in the background, since a late settle is still good until somebody takes over.
 */
export async function settleAs(
  engine: Engine,
  receipt: Running,
  lease: Lease,
  ending: Ending,
): Promise<SettleEnd> {
  const { store, runtime, events, background, elapsed } = engine
  const { id, operation, attempt } = receipt
  const fence = fenceOf(receipt)
  let settling = ending
  const report = ({ kind }: FencedAnswer): void => {
    if (kind === 'lost') {
      events.emit({ type: 'claim_lost', id, operation, attempt })
      return
    }
    events.emit({
      type: 'settled',
      id,
      operation,
      attempt,
      as: ending.as,
      durationMs: elapsed() - lease.claimSentAt,
    })
    if (settling.outcome?.kind === 'not_kept') {
      events.emit({ type: 'outcome_not_kept', id, operation, attempt, why: settling.outcome.why })
    }
  }
  const written = await untilLeaseEnds(engine, lease, async () => {
    try {
      const answer = store.settle(fence, settlementOf(settling), receipt)
      runtime.reach?.('during-settle')
      return await answer
    } catch (error) {
      if (!isTooLarge(error) || settling.outcome?.kind === 'not_kept') throw error
      settling = unstorable(settling)
      return await store.settle(fence, settlementOf(settling))
    }
  })
  if (written.kind === 'unanswered') {
    events.emit({ type: 'unsettled', id, operation, attempt, error: written.error })
    background.keepTrying(async () => report(await store.settle(fence, settlementOf(settling))))
    return { kind: 'unsettled', outcome: settling.outcome }
  }
  report(written)
  if (written.kind === 'lost') return written
  runtime.reach?.('after-settle')
  return { kind: 'settled', receipt: written.receipt, outcome: settling.outcome }
}

/** The attempt doesn't know what it did: its claim goes back at once. If the store won't take it, the lease ends it. */
export async function giveUp(
  engine: Engine,
  receipt: Running,
  lease: Lease,
  recoverAfterMs: number,
  error: unknown,
): Promise<{ kind: 'unknown'; retryAfterMs: number | null; error: unknown } | { kind: 'lost' }> {
  const { id, operation, attempt } = receipt
  const written = await untilLeaseEnds(engine, lease, () =>
    engine.store.yield(fenceOf(receipt), recoverAfterMs),
  )
  if (written.kind === 'lost') {
    engine.events.emit({ type: 'claim_lost', id, operation, attempt })
    return written
  }
  const durationMs = engine.elapsed() - lease.claimSentAt
  if (written.kind === 'settled') {
    engine.events.emit({ type: 'given_up', id, operation, attempt, durationMs, error })
  } else {
    engine.events.emit({ type: 'unsettled', id, operation, attempt, error: written.error })
  }
  return { kind: 'unknown', retryAfterMs: recoverAfterMs > 0 ? recoverAfterMs : null, error }
}

async function untilLeaseEnds(
  { runtime }: Engine,
  lease: Lease,
  write: () => Promise<FencedAnswer>,
): Promise<FencedAnswer | { readonly kind: 'unanswered'; readonly error: unknown }> {
  // The handler is done: the lease is not renewed any more, so that a store that takes nothing can't hold the caller.
  lease.stop()
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await answerWithin(runtime, Math.max(lease.leftMs(), LATE_SETTLE_MS), write(), tooLate)
    } catch (error) {
      const nextMs = pauseMs * (0.5 + runtime.jitter())
      if (isClosed(error) || lease.leftMs() <= nextMs) return { kind: 'unanswered', error }
      await pause(runtime, nextMs)
    }
  }
}

function tooLate(): Error {
  return new Error('the store did not answer before the lease ended')
}

function settlementOf(ending: Ending): Settlement {
  return ending.as === 'released'
    ? { as: 'released', outcome: ending.bytes, doubt: ending.doubt }
    : { as: ending.as, outcome: ending.bytes }
}

function unstorable(ending: Ending): Ending {
  const outcome: Outcome = { kind: 'not_kept', why: 'unstorable' }
  return { ...ending, outcome, bytes: encodeOutcome(outcome) }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.fault === 'too_large'
}

function isClosed(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.fault === 'closed'
}
