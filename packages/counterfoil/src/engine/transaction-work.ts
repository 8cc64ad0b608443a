import {
  encodeOutcome,
  type Outcome,
  type Pace,
  type Paced,
  type Running,
  type Settlement,
  type TransactionEnding,
  type TransactionSteps,
  type TransactionWork,
} from '../core/index.ts'
import { failureFacts, outcomeOf } from './handler.ts'
import { keep } from './kept-outcome.ts'
import { Loan } from './loan.ts'
import type { Settings } from './settings.ts'
import {
  type AttemptTerms,
  RunningAtOnce,
  type RunningInside,
  RunningLater,
  refusePromise,
  type SyncTransactionAttempt,
  type TransactionAttempt,
} from './transaction-attempt.ts'
import { verdictOn } from './transaction-settings.ts'
import type { Ended } from './verdict.ts'

/**
 * The user's function around the effect, which it has through `tx` alone. Where a store's transactions are synchronous,
 * so is the handler: every other process on the file waits for it.
 */
export type TransactionHandler<Tx, P extends Pace, V> = P extends 'sync'
  ? (tx: Tx, attempt: SyncTransactionAttempt) => AtOnce<V>
  : (tx: Tx, attempt: TransactionAttempt) => V | Promise<V>

/** Anything but a promise. */
export type AtOnce<V> = V extends PromiseLike<unknown> ? 'the handler must be synchronous on this store' : V

/** How the handler ended, and the outcome that was settled; `null` where nothing was. */
export interface WorkDone<V> {
  readonly ended: Ended<V>
  readonly outcome: Outcome | null
}

/** Runs the handler in the transaction, and judges what it came to. @param done told before the store is. */
export function workOf<Tx, P extends Pace, V>(
  pace: P,
  handler: TransactionHandler<Tx, P, V>,
  settings: Settings,
  secret: string,
  begun: (receipt: Running) => void,
  done: (done: WorkDone<V>) => void,
): TransactionWork<Tx, P> {
  const judged = (ended: Ended<V>, attempt: RunningInside): TransactionEnding => {
    const judgement = endingOf(ended, attempt, settings)
    done(judgement)
    return judgement.ending
  }
  const termsOf = (receipt: Running): AttemptTerms => ({ receipt, secret, codec: settings.codec })

  const atOnce: TransactionWork<Tx, 'sync'> = (receipt, tx, steps) => {
    begun(receipt)
    const loan = new Loan()
    const attempt = new RunningAtOnce(termsOf(receipt), loan.of(steps))
    let ended: Ended<V>
    try {
      const value = (handler as TransactionHandler<Tx, 'sync', unknown>)(loan.of(tx), attempt)
      const asynchronous = refusePromise(value, 'handler')
      if (asynchronous !== undefined) {
        done({ ended: { kind: 'threw', error: asynchronous }, outcome: null })
        return { kind: 'roll_back', error: asynchronous, handler: 'runs_on' }
      }
      ended = { kind: 'returned', value: value as V }
    } catch (error) {
      ended = { kind: 'threw', error }
    } finally {
      loan.end()
    }
    return judged(ended, attempt)
  }
  const later: TransactionWork<Tx, 'async'> = async (receipt, tx, steps) => {
    begun(receipt)
    const loan = new Loan()
    const attempt = new RunningLater(termsOf(receipt), loan.of(steps))
    let ended: Ended<V>
    try {
      ended = {
        kind: 'returned',
        value: await (handler as TransactionHandler<Tx, 'async', V>)(loan.of(tx), attempt),
      }
    } catch (error) {
      ended = { kind: 'threw', error }
    } finally {
      loan.end()
    }
    return judged(ended, attempt)
  }
  return (receipt: Running, tx: Tx, steps: TransactionSteps<P>) =>
    (pace === 'sync'
      ? atOnce(receipt, tx, steps as TransactionSteps<'sync'>)
      : later(receipt, tx, steps as TransactionSteps<'async'>)) as Paced<P, TransactionEnding>
}

function endingOf<V>(
  ended: Ended<V>,
  attempt: RunningInside,
  settings: Settings,
): WorkDone<V> & { readonly ending: TransactionEnding } {
  let verdict: ReturnType<typeof verdictOn>
  try {
    verdict = verdictOn(ended, attempt, settings)
  } catch (error) {
    // A judgement that fails is no judgement, and nothing is committed on it.
    return {
      ended: { kind: 'threw', error },
      outcome: null,
      ending: { kind: 'roll_back', error, handler: 'ended' },
    }
  }
  const refused = attempt.refusals
  if (verdict === 'failed') {
    const error = ended.kind === 'threw' ? ended.error : undefined
    const ending: TransactionEnding =
      refused.length === 0
        ? { kind: 'roll_back', error, handler: 'ended' }
        : { kind: 'undo', settlement: released(ended), refused }
    return { ended, outcome: null, ending }
  }
  const { outcome, bytes } = keep(outcomeOf(ended, settings.codec), settings)
  return verdict === 'succeeded'
    ? { ended, outcome, ending: { kind: 'commit', settlement: { as: 'succeeded', outcome: bytes }, refused } }
    : { ended, outcome, ending: { kind: 'undo', settlement: { as: 'failed', outcome: bytes }, refused } }
}

function released(ended: Ended<unknown>): Settlement {
  const outcome: Uint8Array | null =
    ended.kind === 'threw' ? encodeOutcome({ kind: 'failure', failure: failureFacts(ended.error) }) : null
  return { as: 'released', outcome, doubt: 'stands' }
}
