import { join } from 'node:path'
import { type ContenderName, contenders, measures } from './contenders.ts'
import type { Plan } from './plan.ts'
import type { Progress } from './progress.ts'
import { Results } from './results.ts'
import { Child, ContenderFailed } from './run-child.ts'
import type { ServerUrls } from './servers/urls.ts'

interface Surroundings {
  readonly folder: string
  readonly servers: ServerUrls
}

/** @param share of the round that is behind */
type Say = (what: string, share: number) => void

export interface Ran {
  readonly results: Results
  /** Peers that failed in the middle, and why: of these there is no result. */
  readonly failed: ReadonlyMap<ContenderName, string>
}

/**
 * In each round every contender has a fresh process, and they take turns cell by cell: a machine that slows down slows
 * all of them down. Every other round goes backwards, so that none is always the one behind a certain other.
 * @throws {ContenderFailed} where one failed that isn't a peer
 */
export async function runRounds(plan: Plan, surroundings: Surroundings, progress: Progress): Promise<Ran> {
  const results = new Results()
  const failures = new PeerFailures()
  for (let round = 0; round < plan.rounds; round += 1) {
    const say: Say = (what, share) =>
      progress.say(`round ${round + 1} of ${plan.rounds}: ${what}`, (round + share) / plan.rounds)
    await runRound(round, plan, surroundings, { results, failures }, say)
  }
  progress.end()
  for (const contender of failures.whys.keys()) results.forget(contender)
  return { results, failed: failures.whys }
}

async function runRound(
  round: number,
  plan: Plan,
  { folder, servers }: Surroundings,
  { results, failures }: { readonly results: Results; readonly failures: PeerFailures },
  say: Say,
): Promise<void> {
  const children = new Map<ContenderName, Child>()
  try {
    for (const contender of round % 2 === 0 ? plan.contenders : plan.contenders.toReversed()) {
      say(`starting ${contender}`, 0)
      const terms = { ...plan, contender, servers, folder: join(folder, `${round}-${contender}`) }
      const child = await failures.tolerated(contender, () => Child.start(terms))
      if (child !== undefined) children.set(contender, child)
    }
    for (const [index, cell] of plan.cells.entries()) {
      say(`${cell.workload}, ${cell.atOnce} at once`, index / plan.cells.length)
      for (const [contender, child] of children) {
        if (!measures(contender, cell.workload)) continue
        const measured = await failures.tolerated(contender, () => child.measure(cell))
        if (measured !== undefined) results.add(contender, measured)
      }
    }
  } finally {
    // Before the servers that they are on.
    await Promise.all([...children.values()].map((child) => child.end()))
  }
}

/** What others made may fail without an end to the run: that is no news of Counterfoil. */
class PeerFailures {
  readonly #whys = new Map<ContenderName, string>()

  get whys(): ReadonlyMap<ContenderName, string> {
    return this.#whys
  }

  /** @returns nothing of a peer that fails, or has */
  async tolerated<T>(contender: ContenderName, run: () => Promise<T>): Promise<T | undefined> {
    if (this.#whys.has(contender)) return undefined
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof ContenderFailed && contenders[contender].peer)) throw error
      this.#whys.set(contender, `it failed: ${error.why}`)
      return undefined
    }
  }
}
