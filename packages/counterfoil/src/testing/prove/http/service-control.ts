import { Unmeasured } from './ruling.ts'
import type { HttpProofTerms } from './terms.ts'

/** The given `kill` and `restart`, watched, so that no proof leaves the service dead. */
export interface ServiceControl {
  readonly terms: HttpProofTerms
  /** Starts it again, where it was killed and nothing has; tried once. @returns why it is left dead, where that failed */
  revive(): Promise<string | undefined>
}

export function controlled(terms: HttpProofTerms): ServiceControl {
  const { kill, restart } = terms
  let dead = false
  return {
    terms: {
      ...terms,
      kill:
        kill &&
        (async () => {
          dead = true
          await asked('killed', kill)
        }),
      restart:
        restart &&
        (async () => {
          await asked('started again', restart)
          dead = false
        }),
    },
    async revive() {
      if (!dead || restart === undefined) return undefined
      dead = false
      // What was shown is not lost by that.
      return restart().then(() => undefined, reasonOf)
    },
  }
}

/** @throws {Unmeasured} where the given command fails */
async function asked(what: string, command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    throw new Unmeasured(`The service could not be ${what}: ${reasonOf(error)}`)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
