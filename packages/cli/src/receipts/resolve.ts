import type { ReceiptStore } from 'counterfoil'
import { encodeOutcome } from 'counterfoil'
import type { ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { changeByHand, type HandOptions } from './change-by-hand.ts'
import { type GivenOutcomeOptions, givenOutcome } from './given-outcome.ts'
import { outcomeSummary } from './outcome-summary.ts'

export interface ResolveOptions extends HandOptions, GivenOutcomeOptions {
  readonly as: 'succeeded' | 'failed'
}

export async function resolve(
  store: ReceiptStore,
  key: string | undefined,
  options: ResolveOptions,
  io: Io,
): Promise<ExitCode> {
  const outcome = await givenOutcome(options, io)
  return await changeByHand(store, key, options, io, () => ({
    do: 'resolve',
    as: options.as,
    outcome: encodeOutcome(outcome),
    says: [
      `Settling it as ${options.as} gives every retry this outcome: ${outcomeSummary(outcome)}.`,
      options.as === 'succeeded'
        ? 'A success cannot be changed again, and the side effect will not run under this key.'
        : 'The failure is final: the side effect will not run under this key unless you release it.',
    ],
    done: `Settled as ${options.as}, with ${outcomeSummary(outcome)}`,
  }))
}
