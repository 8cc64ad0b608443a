import type { ContenderName } from './contenders.ts'
import type { Measured } from './measure.ts'
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

  forget(contender: ContenderName): void {
    for (const name of this.#measured.keys()) {
      if (name.startsWith(`${contender} `)) this.#measured.delete(name)
    }
  }
}

function nameOf(contender: ContenderName, { workload, atOnce }: Cell): string {
  return `${contender} ${workload} ${atOnce}`
}
