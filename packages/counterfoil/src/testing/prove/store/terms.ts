import { randomInt } from 'node:crypto'
import type { Proof } from '../proof.ts'
import { whole } from '../whole.ts'
import type { StoreProofOptions } from './options.ts'

type Filled = 'rounds' | 'processes' | 'calls' | 'clockSlackMs' | 'backWithinMs' | 'seed'

/** The options with what was left out. */
export interface StoreProofTerms extends Required<Pick<StoreProofOptions, Filled>> {
  readonly kill: (() => Promise<void>) | undefined
  readonly restart: (() => Promise<void>) | undefined
  readonly failover: (() => Promise<void>) | undefined
}

/** @throws {OptionInvalid} */
export function termsOf(options: StoreProofOptions): StoreProofTerms {
  return {
    rounds: whole('rounds', options.rounds ?? 5, 1, 100_000),
    processes: whole('processes', options.processes ?? 4, 2, 64),
    calls: whole('calls', options.calls ?? 200, 10, 10_000),
    clockSlackMs: whole('clockSlackMs', options.clockSlackMs ?? 5, 0, 3_600_000),
    backWithinMs: whole('backWithinMs', options.backWithinMs ?? 60_000, 1, 3_600_000),
    seed: whole('seed', options.seed ?? randomInt(2 ** 32), 0, 2 ** 32),
    kill: options.kill,
    restart: options.restart,
    failover: options.failover,
  }
}

export function toldTerms(terms: StoreProofTerms): Proof['terms'] {
  return [
    ['rounds', String(terms.rounds)],
    ['processes', String(terms.processes)],
    ['calls', String(terms.calls)],
    ['clock slack', `${terms.clockSlackMs} ms`],
    ['back within', `${terms.backWithinMs} ms`],
  ]
}
