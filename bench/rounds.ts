import { join } from 'node:path'
import { type ContenderName, measures } from './contenders.ts'
import type { Measured } from './measure.ts'
import type { Plan } from './plan.ts'
import type { Progress } from './progress.ts'
import { Child } from './run-child.ts'
import type { ServerUrls } from './servers/urls.ts'
import type { Cell } from './workload.ts'

/** Everything measured: of each contender and cell one `Measured` a round, in the order of the rounds. */
export class Results {
  readonly #measured = new Map<string, Measured[]>()

  add(contender: ContenderName, measured: Measured): void {
    const name = nameOf(contender, measured)
    this.#measured.set(name, [...(this.#measured.get(name) ?? []), measured])
  }

  /** Empty where it was not measured. */
  of(contender: ContenderName, cell: Cell): readonly Measured[] {
    return this.#measured.get(nameOf(contender, cell)) ?? []
  }
}

/**
 * In each round every contender has a fresh process, and they take turns cell by cell: a machine that slows down slows
 * all of them down. Every other round goes backwards, so that none is always the one behind a certain other.
 */
export async function runRounds(
  plan: Plan,
  { folder, servers }: { readonly folder: string; readonly servers: ServerUrls },
  progress: Progress,
): Promise<Results> {
  const results = new Results()
  for (let round = 0; round < plan.rounds; round += 1) {
    const contenders = round % 2 === 0 ? plan.contenders : [...plan.contenders].reverse()
    const children: [ContenderName, Child][] = []
    for (const contender of contenders) {
      progress.say(`round ${round + 1} of ${plan.rounds}: starting ${contender}`, round / plan.rounds)
      const files = join(folder, `${round}-${contender}`)
      children.push([contender, await Child.start({ ...plan, contender, folder: files, servers })])
    }
    for (const [index, cell] of plan.cells.entries()) {
      const share = (round + index / plan.cells.length) / plan.rounds
      progress.say(`round ${round + 1} of ${plan.rounds}: ${cell.workload}, ${cell.atOnce} at once`, share)
      for (const [contender, child] of children)
        if (measures(contender, cell.workload)) results.add(contender, await child.measure(cell))
    }
    for (const [, child] of children) await child.end()
  }
  progress.end()
  return results
}

function nameOf(contender: ContenderName, { workload, atOnce }: Cell): string {
  return `${contender} ${workload} ${atOnce}`
}
