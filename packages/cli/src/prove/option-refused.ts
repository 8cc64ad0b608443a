import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'

/** An option that the engine refused by its own name, refused by its flag's; any other error as it is. */
export function byItsFlag(error: unknown, flagOf: Readonly<Partial<Record<string, string>>>): unknown {
  const { code, option = '', message } = error as { code?: string; option?: string; message: string }
  if (code !== 'option_invalid') return error
  const says = message.replace(`The option '${option}'`, flagOf[option] ?? option)
  return new CommandError(exitCodes.usage, says, { cause: error })
}
