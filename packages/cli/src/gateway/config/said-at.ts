import { OptionInvalid } from 'counterfoil'
import { CommandError } from '../../command-error.ts'
import { exitCodes } from '../../exit-codes.ts'

/** What is refused of a route, with the line where that stands. */
export function saidAt<T>(at: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof OptionInvalid || error instanceof CommandError)
      throw new CommandError(exitCodes.usage, `${at}: ${error.message}`)
    throw error
  }
}
