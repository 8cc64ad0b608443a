import type { Modelled } from './modelled.ts'

/** The beginning of an order. */
export interface Beginning {
  /** The shorter one that it continues; that of nothing at all continues none. */
  readonly continues: Beginning | undefined
  /** How many there are before it in that line. */
  readonly depth: number
  /** The calls that it puts behind those: one change, and then what changes nothing. */
  readonly calls: readonly number[]
  readonly kept: Modelled
  /** How many calls without an answer have come since the last one with an answer. */
  readonly unheard: number
}

export interface Choice {
  readonly number: number
  readonly kept: Modelled
}

/** What may be put behind a beginning, one choice after the other: looked for only when it is that one's turn. */
export interface Branch {
  readonly from: Beginning
  readonly choices: Iterator<Choice>
  /** How many answered calls there are in what it leads to, and how many unanswered ones at its end. */
  readonly answered: number
  readonly unheard: number
}

/**
 * Branches that are still to be followed: always one of those with the most answers in them. Among these, when a
 * connection broke, there may be rows of twenty calls that nobody heard of, and it isn't known how many of them were
 * carried out. Where it was a few, the shortest rows find it at once and the longest never; where it was many, the other
 * way round. So both have their turns.
 */
export class Frontier {
  /** By their answers, and then by their unheard calls. */
  readonly #branches: (Branch[] | undefined)[][] = []

  add(branch: Branch): void {
    const { answered, unheard } = branch
    while (this.#branches.length <= answered) this.#branches.push([])
    const equallyFar = this.#branches[answered] as (Branch[] | undefined)[]
    const alike = equallyFar[unheard]
    if (alike === undefined) equallyFar[unheard] = [branch]
    else alike.push(branch)
  }

  /** @returns the branch to follow, which stays until it is dropped; nothing where there is none. */
  next(rows: 'shortest' | 'longest'): Branch | undefined {
    return this.#furthest(rows)?.at(-1)
  }

  /** The branch that `next` gives has come to its end. */
  drop(rows: 'shortest' | 'longest'): void {
    this.#furthest(rows)?.pop()
  }

  #furthest(rows: 'shortest' | 'longest'): Branch[] | undefined {
    const isLeft = (alike: Branch[] | undefined): boolean => alike !== undefined && alike.length > 0
    for (; this.#branches.length > 0; this.#branches.pop()) {
      const equallyFar = this.#branches.at(-1)
      const found = rows === 'shortest' ? equallyFar?.find(isLeft) : equallyFar?.findLast(isLeft)
      if (found !== undefined) return found
    }
    return undefined
  }
}
