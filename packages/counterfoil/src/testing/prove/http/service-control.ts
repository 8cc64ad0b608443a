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
          await kill()
        }),
      restart:
        restart &&
        (async () => {
          await restart()
          dead = false
        }),
    },
    async revive() {
      if (dead && restart !== undefined) await restart()
    },
  }
}
