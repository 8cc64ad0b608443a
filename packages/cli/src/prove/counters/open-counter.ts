import { CommandError } from '../../command-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { pointerIn } from '../../values.ts'
import { counterByCommand } from './by-command.ts'
import { counterBySql } from './by-sql.ts'
import { counterByUrl } from './by-url.ts'
import { type Counter, PLACE_OF_KEY } from './counter.ts'

/** At most one of the three ways; commander sees to it. */
export interface CounterFlags {
  readonly countUrl?: string
  readonly countSql?: string
  readonly db?: string
  readonly countCmd?: string
  readonly countPointer?: string
}

/** The counter that the flags describe, or none: then nobody counts. */
export async function openCounter(
  { countUrl, countSql, db, countCmd, countPointer }: CounterFlags,
  say: (line: string) => void,
): Promise<Counter | undefined> {
  const pointer = countPointer === undefined ? undefined : pointerIn('--count-pointer', countPointer)
  if (countSql !== undefined && db !== undefined) return counterBySql(countSql, db, pointer)
  if (countSql !== undefined) throw missing('--count-sql needs --db, the database that it asks')
  if (db !== undefined) throw missing('--db needs --count-sql, what it is asked')
  if (countUrl !== undefined) {
    assertPlace('--count-url', countUrl)
    return counterByUrl(countUrl, pointer)
  }
  if (countCmd !== undefined) {
    assertPlace('--count-cmd', countCmd)
    return counterByCommand(countCmd, pointer, say)
  }
  if (pointer !== undefined) throw missing('--count-pointer needs --count-url, --count-sql or --count-cmd')
  return undefined
}

function assertPlace(flag: string, template: string): void {
  if (!template.includes(PLACE_OF_KEY)) throw missing(`${flag} must have {key} in it, where the key goes`)
}

function missing(what: string): CommandError {
  return new CommandError(exitCodes.usage, `${what}.`)
}
