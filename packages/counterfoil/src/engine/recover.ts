import { type HistoryEntry, type Outcome, type Running, responseOutcome } from '../core/index.ts'
import type { RunningAttempt } from './attempt.ts'
import type { Engine } from './engine.ts'
import { outcomeOfValue } from './handler.ts'
import type { Found, Settings } from './settings.ts'
import type { Doubt } from './settle.ts'

/** What is to be done under a claim, once it is known whether an earlier attempt had its effect. */
export type Next =
  | { readonly go: 'run'; readonly doubt: Doubt }
  | { readonly go: 'settle'; readonly outcome: Outcome }
  | { readonly go: 'back_off'; readonly backOffMs: number; readonly error: unknown }

const FIRST_BACK_OFF_MS = 5_000
const LONGEST_BACK_OFF_MS = 3_600_000

const run: Next = { go: 'run', doubt: 'stands' }

/** Where the claim was given for a run there is nothing to recover first. */
export function mayRun({ purpose }: Running): Next | undefined {
  return purpose === 'recovery' ? undefined : run
}

/** Under a claim for recovery, asks `recover` before anything runs. */
export async function recoverFirst(
  engine: Engine,
  settings: Settings,
  receipt: Running,
  attempt: RunningAttempt,
): Promise<Next> {
  // It came to run a kept request again; the receipt may have been given a stricter guarantee since it was found.
  if (settings.recover === undefined) return inDoubt(engine, receipt, undefined)
  const said = await ask(settings, receipt, attempt)
  const { id, operation } = receipt
  const error = said.found === 'happened' ? undefined : said.error
  engine.events.emit({
    type: 'recovered',
    id,
    operation,
    attempt: receipt.attempt,
    found: said.found,
    error,
  })
  switch (said.found) {
    case 'happened':
      return { go: 'settle', outcome: said.outcome }
    case 'did_not_happen':
      return { go: 'run', doubt: 'cleared' }
    case 'unknown':
      return inDoubt(engine, receipt, error)
  }
}

/** A guarantee that re-runs does so on doubt: that is what it was chosen for. */
function inDoubt({ runtime }: Engine, { policies, history }: Running, error: unknown): Next {
  return policies.onAbandoned === 'rerun'
    ? { go: 'run', doubt: 'stands' }
    : { go: 'back_off', backOffMs: backOffMs(history, runtime.jitter()), error }
}

type Said =
  | { readonly found: 'happened'; readonly outcome: Outcome }
  | { readonly found: 'did_not_happen' | 'unknown'; readonly error?: unknown }

/** What `recover` says, checked: it is a user's function, and everything that is no answer is "unknown". */
async function ask(settings: Settings, receipt: Running, attempt: RunningAttempt): Promise<Said> {
  try {
    const found = await Promise.race([settings.recover?.(receipt, attempt), stopped(attempt.signal)])
    if (attempt.mark === 'unknown') return { found: 'unknown' }
    switch (found?.found) {
      case 'happened':
        return { found: 'happened', outcome: outcomeIn(found, settings) }
      case 'did_not_happen':
      case 'unknown':
        return { found: found.found }
    }
    throw new TypeError(
      "recover must answer { found: 'happened', value or response }, { found: 'did_not_happen' } or { found: 'unknown' }",
    )
  } catch (error) {
    return { found: 'unknown', error }
  }
}

/** @throws {TypeError} where it is a response that can't be sent */
function outcomeIn(found: Extract<Found<unknown>, { found: 'happened' }>, { codec }: Settings): Outcome {
  return 'response' in found ? responseOutcome(found.response) : outcomeOfValue(found.value, codec)
}

/** Rejects when the lease ends: a recovery that never answers must not hold its callers longer. */
function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** Doubles with each recovery in a row before this one, with jitter so that recoveries don't come in step. */
export function backOffMs(history: readonly HistoryEntry[], jitter: number): number {
  const others = history.findLastIndex((entry) => entry.kind !== 'attempt' || entry.purpose !== 'recovery')
  const recoveries = history.length - 1 - others
  return Math.round(Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** recoveries) * (0.75 + jitter / 2))
}
