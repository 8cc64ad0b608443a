import { setTimeout as passes } from 'node:timers/promises'
import { CounterfoilError } from '../../src/core/index.ts'
import type { Attempt, Call, Operation, Recover } from '../../src/engine/index.ts'
import { effectsOf, enter } from './ledger.ts'
import type { Answer } from './worker-messages.ts'

export function callFor(key: string): Call {
  return { tenant: 'acme', key, request: { amount: 1250 } }
}

/** The side effect: real, since it leaves a line, and slow, unless it is told to go on. */
export function effectOn(
  ledger: string,
  key: string,
  effectMs: number,
  begun: () => void,
  goOn?: AbortSignal,
): (attempt: Attempt) => Promise<string> {
  return async (attempt) => {
    enter(ledger, key)
    begun()
    await passes(effectMs, undefined, goOn && { signal: goOn }).catch(() => undefined)
    return `${key} by attempt ${attempt.number}`
  }
}

/** Looks into the ledger, as one would ask a downstream. */
export function recoverFrom(ledger: string): Recover<string> {
  return ({ key }) =>
    effectsOf(ledger, String(key)) > 0
      ? { found: 'happened', value: `${key} by the ledger` }
      : { found: 'did_not_happen' }
}

export async function answerOf(result: ReturnType<Operation<string>['once']>): Promise<Answer> {
  try {
    const { value, replayed, attempt } = await result
    return { value: String(value), replayed, attempt }
  } catch (error) {
    if (error instanceof CounterfoilError) return { code: error.code }
    throw error
  }
}
