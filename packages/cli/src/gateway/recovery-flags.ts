import type { OperationOptions } from 'counterfoil'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'

/** As commander gives them. */
export interface RecoveryFlags {
  readonly guarantee: 'at-most-once' | 'at-least-once'
  readonly keepRequest?: true
  readonly recoverAbandoned?: string
}

/** How often abandoned receipts are looked for: as often as they are to be waited for, within these bounds. */
const LOOK_EVERY_MS = { least: 100, most: 60_000 } as const

/** @param ms that time, checked @throws {CommandError} where it could not be done */
export function recoveryIn(
  { guarantee, keepRequest, recoverAbandoned }: RecoveryFlags,
  ms: (flag: string, text: string) => number,
): Pick<OperationOptions, 'recoverAfter' | 'recoverEvery'> {
  if (recoverAbandoned === undefined) return {}
  if (!keepRequest) throw refused('keep-request: what is to be sent again must be kept')
  if (guarantee === 'at-most-once') {
    throw refused('the guarantee at-least-once: under at-most-once nothing is ever sent again')
  }
  const afterMs = ms('--recover-abandoned', recoverAbandoned)
  const everyMs = Math.min(Math.max(afterMs, LOOK_EVERY_MS.least), LOOK_EVERY_MS.most)
  return { recoverAfter: `${afterMs}ms`, recoverEvery: `${everyMs}ms` }
}

function refused(needs: string): CommandError {
  return new CommandError(exitCodes.usage, `recover-abandoned needs ${needs}.`)
}
