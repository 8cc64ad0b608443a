import { Unmeasured } from './finding.ts'
import type { HttpProofTerms } from './terms.ts'

/** The given `kill` and `restart`, watched, so that no proof leaves the service dead. */
export interface ServiceControl {
  readonly terms: HttpProofTerms
  /** Starts it again, where it was killed and nothing has. */
  revive(): Promise<void>
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
      if (dead && restart !== undefined) await restart()
    },
  }
}

/** @throws {Unmeasured} where the given command fails */
async function asked(what: string, command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Unmeasured(`The service could not be ${what}: ${why}`)
  }
}
