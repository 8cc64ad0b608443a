import type { StoreProofOptions } from 'counterfoil/testing'
import { timerIn, wholeIn } from '../../values.ts'
import type { ReportOptions } from '../report-proof.ts'
import type { ServiceCommandFlags } from '../service-commands.ts'

/** As commander gives them. What is left out, the engine's defaults decide. */
export interface ProveStoreFlags extends ServiceCommandFlags, ReportOptions {
  readonly rounds?: string
  readonly processes?: string
  readonly calls?: string
  readonly clockSlack?: string
  readonly seed?: string
  readonly only?: string
  readonly failoverCmd?: string
  readonly backWithin?: string
}

/** Which flag an option of the engine's comes from, for its errors. */
export const flagOf: Readonly<Partial<Record<keyof StoreProofOptions, string>>> = {
  rounds: '--rounds',
  processes: '--processes',
  calls: '--calls',
  clockSlackMs: '--clock-slack',
  seed: '--seed',
  only: '--only',
  backWithinMs: '--back-within',
}

/** @throws {CommandError} one sentence that names the flag. */
export function optionsIn(flags: ProveStoreFlags): StoreProofOptions {
  return {
    ...(flags.rounds === undefined ? {} : { rounds: wholeIn('--rounds', flags.rounds) }),
    ...(flags.processes === undefined ? {} : { processes: wholeIn('--processes', flags.processes) }),
    ...(flags.calls === undefined ? {} : { calls: wholeIn('--calls', flags.calls) }),
    ...(flags.clockSlack === undefined ? {} : { clockSlackMs: timerIn('--clock-slack', flags.clockSlack) }),
    ...(flags.seed === undefined ? {} : { seed: wholeIn('--seed', flags.seed) }),
    ...(flags.only === undefined ? {} : { only: flags.only.split(',').map((id) => id.trim()) }),
    ...(flags.backWithin === undefined ? {} : { backWithinMs: timerIn('--back-within', flags.backWithin) }),
  }
}
