import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ContenderName } from './contender.ts'
import type { Measured } from './measure.ts'
import type { Cell, Plan } from './plan.ts'
import type { Progress } from './progress.ts'
import { runChild } from './run-child.ts'

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
 * Contenders take turns, so that a machine that slows down slows all of them down; every other round goes backwards,
 * so that none is always the one behind a certain other.
 */
export async function runRounds(plan: Plan, folder: string, progress: Progress): Promise<Results> {
  const results = new Results()
  const total = plan.rounds * plan.contenders.length * plan.cells.length
  let done = 0
  for (let round = 0; round < plan.rounds; round += 1) {
    const order = round % 2 === 0 ? plan.contenders : [...plan.contenders].reverse()
    for (const contender of order) {
      const files = join(folder, `${round}-${contender}`)
      mkdirSync(files)
      progress.say(`round ${round + 1} of ${plan.rounds}: ${contender}`, done / total)
      for await (const measured of runChild({ ...plan, contender, folder: files })) {
        results.add(contender, measured)
        done += 1
        progress.say(`round ${round + 1} of ${plan.rounds}: ${contender}`, done / total)
      }
      rmSync(files, { recursive: true })
    }
  }
  progress.end()
  return results
}

function nameOf(contender: ContenderName, { workload, atOnce }: Cell): string {
  return `${contender} ${workload} ${atOnce}`
}
