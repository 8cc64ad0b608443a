import { encodeOutcome, fenceOf, type Outcome, type Receipt, type Running } from '../core/index.ts'
import { RunningAttempt } from './attempt.ts'
import type { Finished, Work } from './caller.ts'
import type { Engine } from './engine.ts'
import { Lease } from './lease.ts'
import { recoverFirst } from './recover.ts'
import type { Settings } from './settings.ts'
import { type Doubt, type Ending, giveUp, settleAs } from './settle.ts'

export type AttemptEnd =
  | { readonly kind: 'settled'; readonly receipt: Receipt; readonly outcome: Outcome | null }
  /** The recovery found out that an earlier attempt's effect happened. */
  | { readonly kind: 'recovered'; readonly receipt: Receipt }
  /** The recovery found out that nothing happened, and nobody was there with work to run. */
  | { readonly kind: 'nothing_ran' }
  | { readonly kind: 'unsettled'; readonly outcome: Outcome | null }
  | { readonly kind: 'unknown'; readonly retryAfterMs: number | null; readonly error: unknown }
  | { readonly kind: 'lost' }

/** Runs one attempt under its claim, from the claim's answer to the settled receipt. */
export async function runAttempt(
  engine: Engine,
  settings: Settings,
  receipt: Running,
  claimSentAt: number,
  work: Work | undefined,
): Promise<AttemptEnd> {
  const { store, runtime, elapsed, events } = engine
  const { operation } = receipt
  const fence = fenceOf(receipt)
  const lease = new Lease({ store, fence, operation, terms: settings, runtime, elapsed, events, claimSentAt })
  const attempt = new RunningAttempt(receipt, lease, store, engine.secret, settings.codec)
  try {
    const found = await recoverFirst(engine, settings, receipt, attempt)
    if (found.go === 'back_off') return await giveUp(engine, receipt, lease, found.backOffMs, found.error)
    if (found.go === 'settle') {
      const end = await settleAs(engine, receipt, lease, {
        as: 'succeeded',
        ...keep(found.outcome, settings),
      })
      return end.kind === 'settled' ? { kind: 'recovered', receipt: end.receipt } : end
    }
    if (work === undefined) {
      const nothing = { as: 'released', outcome: null, bytes: null, doubt: found.doubt } as const
      const end = await settleAs(engine, receipt, lease, nothing)
      return end.kind === 'settled' ? { kind: 'nothing_ran' } : end
    }
    const finished = await work(attempt)
    runtime.reach?.('after-effect')
    if (finished.verdict === 'unknown') return await giveUp(engine, receipt, lease, 0, finished.error)
    return await settleAs(engine, receipt, lease, endingOf(receipt, settings, finished, found.doubt))
  } finally {
    lease.stop()
  }
}

/** What the verdict comes to under the guarantee that the receipt was claimed with. */
function endingOf(
  receipt: Running,
  settings: Settings,
  { verdict, outcome }: Finished,
  doubt: Doubt,
): Ending {
  const kept = keep(outcome, settings)
  if (verdict === 'succeeded') return { as: 'succeeded', ...kept }
  const released =
    verdict === 'not_executed' || (verdict === 'failed' && receipt.policies.onFailure === 'release')
  return released ? { as: 'released', ...kept, doubt } : { as: 'failed', ...kept }
}

/** An outcome that can't be kept is settled all the same, and says so: it is never a reason to run again. */
function keep(outcome: Outcome, { maxOutcomeBytes }: Settings): { outcome: Outcome; bytes: Uint8Array } {
  const bytes = encodeOutcome(outcome)
  if (bytes.length <= maxOutcomeBytes) return { outcome, bytes }
  const tooLarge = { kind: 'not_kept', why: 'too_large' } as const
  return { outcome: tooLarge, bytes: encodeOutcome(tooLarge) }
}
