import type { Effort } from '../plan.ts'
import type { Workload } from './load/terms.ts'
import { type Group, groups, type ServerName, serverNames, servers } from './servers.ts'

/** What is measured at a time. */
export interface HttpCell {
  readonly server: ServerName
  readonly workload: Workload
  /** Requests under way at any time. */
  readonly atOnce: number
}

export interface HttpPlan extends Effort {
  readonly cells: readonly HttpCell[]
}

export const whole: Effort = { rounds: 5, warmUpMs: 700, cellMs: 1000 }
export const quick: Effort = { rounds: 3, warmUpMs: 300, cellMs: 400 }

/** An application is judged by its work; a proxy by what it adds to one request, too. */
const concurrencies: Readonly<Record<Group, readonly number[]>> = { integrations: [64], proxies: [1, 64] }

/** Those that are compared with one another stand side by side. */
const allCells: readonly HttpCell[] = groups.flatMap((group) =>
  concurrencies[group].flatMap((atOnce) =>
    serverNames
      .filter((server) => servers[server].group === group)
      .flatMap((server) => servers[server].workloads.map((workload) => ({ server, workload, atOnce }))),
  ),
)

/**
 * The cells that the words name: groups, servers and concurrencies, in any mixture; of a kind that isn't named, all.
 * @throws {RangeError} for a word that names nothing
 */
export function chosenCells(words: readonly string[]): readonly HttpCell[] {
  const known: readonly string[] = [...groups, ...serverNames, '1', '64']
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined)
    throw new RangeError(`--only ${unknown}: there is no such thing; there are ${known.join(', ')}`)
  const names = words.filter((word) => !/^\d/.test(word))
  const counts = words.filter((word) => /^\d/.test(word)).map(Number)
  return allCells.filter(
    ({ server, atOnce }) =>
      (names.length === 0 || names.includes(server) || names.includes(servers[server].group)) &&
      (counts.length === 0 || counts.includes(atOnce)),
  )
}
