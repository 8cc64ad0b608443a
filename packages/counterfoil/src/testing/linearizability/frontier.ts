import type { Modelled } from './modelled.ts'

/** The beginning of an order, and what is kept once its calls were made. */
export interface Beginning {
  /** The one that it goes on from, and how many it goes on from in all. */
  readonly after: Beginning | undefined
  readonly depth: number
  /** The calls that it puts behind that one. */
  readonly calls: number[]
  readonly kept: Modelled
  /** How many answered calls there were in it when it was made. */
  readonly answered: number
  /** How many unanswered ones have come since the last of them. */
  readonly unheard: number
}

/**
 * Beginnings that wait to be gone on from. The one with the most answers in it comes first: that goes on as far as it
 * can, as in a search by depth. Of those that got equally far it is the one that had to take the fewest unanswered calls
 * for carried out: after a connection broke there may be twenty, of which two were, and to try the longest rows of
 * them first took over 200,000 steps where this takes some hundred.
 */
export class Frontier {
  /** By their answers, and then by their unheard calls. */
  readonly #waiting: Beginning[][][] = []

  add(beginning: Beginning): void {
    const { answered, unheard } = beginning
    this.#waiting[answered] ??= []
    const equallyFar = this.#waiting[answered]
    equallyFar[unheard] ??= []
    equallyFar[unheard].push(beginning)
  }

  take(): Beginning | undefined {
    for (; this.#waiting.length > 0; this.#waiting.pop()) {
      // Holes are passed over by `find` as `undefined`.
      const next = this.#waiting.at(-1)?.find((alike) => alike?.length)
      if (next !== undefined) return next.shift()
    }
    return undefined
  }
}
