import { fenceOf, type Outcome, type Receipt, type Running } from '../core/index.ts'
import { RunningAttempt } from './attempt.ts'
import type { Caller, Finished } from './caller.ts'
import type { Engine } from './engine.ts'
import { keep } from './kept-outcome.ts'
import { Lease, type LeaseListener } from './lease.ts'
import { backOffMs, mayRun, recoverFirst } from './recover.ts'
import type { Settings } from './settings.ts'
import { type Doubt, type Ending, giveUp, settleAs } from './settle.ts'

export type AttemptEnd =
  | { readonly kind: 'settled'; readonly receipt: Receipt; readonly outcome: Outcome | null }
  /** The recovery found out that an earlier attempt's effect happened. */
  | { readonly kind: 'recovered'; readonly receipt: Receipt }
  /** The recovery found out that nothing happened, and nobody was there with work to run: the key is free. */
  | { readonly kind: 'cleared' }
  | { readonly kind: 'unsettled'; readonly outcome: Outcome | null }
  | { readonly kind: 'unknown'; readonly retryAfterMs: number | null; readonly error: unknown }
  | { readonly kind: 'lost'; readonly ran: boolean }

/**
 * Runs one attempt under its claim, from the claim's answer to the settled receipt.
 *
 * @param leaseListener if it hears that the lease is lost, the work may still go on for ever, and be overtaken.
 */
export async function runAttempt(
  engine: Engine,
  settings: Settings,
  receipt: Running,
  claimSentAt: number,
  { work, intent }: Pick<Caller, 'work' | 'intent'>,
  leaseListener: LeaseListener,
): Promise<AttemptEnd> {
  const { store, runtime, elapsed, events } = engine
  const { operation } = receipt
  const fence = fenceOf(receipt)
  const lease = new Lease({
    store,
    fence,
    operation,
    terms: settings,
    runtime,
    elapsed,
    events,
    claimSentAt,
    listener: leaseListener,
  })
  // One for the recovery and one for the work: what a recovery says of its own attempt is no word of the work's.
  const newAttempt = (): RunningAttempt =>
    new RunningAttempt(receipt, lease, store, engine.secret, settings.codec)
  try {
    const found = mayRun(receipt) ?? (await recoverFirst(engine, settings, receipt, newAttempt()))
    if (found.go === 'back_off') {
      return ranOrNot(await giveUp(engine, receipt, lease, found.backOffMs, found.error), false)
    }
    if (found.go === 'settle') {
      const ending: Ending = { as: endedAs(found.outcome), ...keep(found.outcome, settings) }
      const end = ranOrNot(await settleAs(engine, receipt, lease, ending), false)
      return end.kind === 'settled' ? { kind: 'recovered', receipt: end.receipt } : end
    }
    if (work === undefined) {
      const ending: Ending = { as: 'released', outcome: null, bytes: null, doubt: found.doubt }
      const end = ranOrNot(await settleAs(engine, receipt, lease, ending), false)
      return end.kind === 'settled' ? { kind: 'cleared' } : end
    }
    // A recovery may outlast its lease: somebody else may have recovered since, and be running.
    if (lease.over) return { kind: 'lost', ran: false }
    const finished = await work(newAttempt())
    runtime.reach?.('after-effect')
    // With nobody there it is tried again by a timer, and not at once for ever.
    const pauseMs = intent === 'recover' ? backOffMs(receipt.history, runtime.jitter()) : 0
    const ending = endingOf(receipt, settings, finished, found.doubt)
    const givesUp =
      ending === 'unknown' || (pauseMs > 0 && ending.as === 'released' && found.doubt === 'stands')
    return ranOrNot(
      givesUp
        ? await giveUp(engine, receipt, lease, pauseMs, finished.error)
        : await settleAs(engine, receipt, lease, ending),
      true,
    )
  } finally {
    lease.stop()
  }
}

function ranOrNot<E extends { readonly kind: string }>(
  end: E | { readonly kind: 'lost' },
  ran: boolean,
): Exclude<E, { readonly kind: 'lost' }> | { readonly kind: 'lost'; readonly ran: boolean } {
  return end.kind === 'lost' ? { kind: 'lost', ran } : (end as Exclude<E, { readonly kind: 'lost' }>)
}

/** What the verdict comes to under the guarantee that the receipt was claimed with. */
function endingOf(
  receipt: Running,
  settings: Settings,
  { verdict, outcome }: Finished,
  doubt: Doubt,
): Ending | 'unknown' {
  if (verdict === 'unknown') return verdict
  const kept = keep(outcome, settings)
  if (verdict === 'succeeded') return { as: 'succeeded', ...kept }
  const released =
    verdict === 'not_executed' || (verdict === 'failed' && receipt.policies.onFailure === 'release')
  return released ? { as: 'released', ...kept, doubt } : { as: 'failed', ...kept }
}

/** It is an end either way; a refusal or an error is no success. */
function endedAs(outcome: Outcome): 'succeeded' | 'failed' {
  return outcome.kind === 'response' && outcome.status >= 400 ? 'failed' : 'succeeded'
}
