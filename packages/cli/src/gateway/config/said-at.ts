import { OptionInvalid } from 'counterfoil'
import { CommandError } from '../../command-error.ts'
import { exitCodes } from '../../exit-codes.ts'

/** What is refused, with where it stands: a line of the file, or the command line. */
export function saidAt<T>(at: string | null, make: () => T): T {
  try {
    return make()
  } catch (error) {
    const says = error instanceof OptionInvalid ? inOurNames(error) : (error as Error).message
    if (!(error instanceof OptionInvalid || error instanceof CommandError)) throw error
    throw new CommandError(exitCodes.usage, at === null ? says : `${at}: ${says}`)
  }
}

const renamed: Readonly<Record<string, string>> = {
  maxOutcomeBytes: 'capture-limit',
  maxRequestBytes: 'max-request',
  recoverAfter: 'recover-abandoned',
  recoverEvery: 'recover-abandoned',
}

/** An option of the library is a flag here, and its advice may name others. */
function inOurNames({ message, option }: OptionInvalid): string {
  return message
    .replace(`The option '${option}'`, renamed[option] ?? kebab(option))
    .replace(/\b(?:maxDuration|keyRetention|keepRequest|failOpen)\b/g, kebab)
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
