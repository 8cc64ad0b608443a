import { type ContenderName, contenderNames, contenders, families } from './contenders.ts'
import { CALLERS_A_KEY, type Cell, workloads } from './workload.ts'

const concurrencies = [1, 64, 512] as const

export interface Effort {
  readonly rounds: number
  /** Before each cell: a worker thread is a new one there, and has its code to compile. */
  readonly warmUpMs: number
  readonly cellMs: number
}

export interface Plan extends Effort {
  readonly contenders: readonly ContenderName[]
  readonly cells: readonly Cell[]
}

export const whole: Effort = { rounds: 5, warmUpMs: 400, cellMs: 600 }
export const quick: Effort = { rounds: 1, warmUpMs: 40, cellMs: 80 }

/** One caller is no contention: there is no such cell. */
export const allCells: readonly Cell[] = workloads.flatMap((workload) =>
  concurrencies
    .filter((atOnce) => workload !== 'contended' || atOnce >= CALLERS_A_KEY)
    .map((atOnce) => ({ workload, atOnce })),
)

/**
 * The cells that the words name: workloads, contenders, families of them and concurrencies, in any mixture; of a kind that isn't
 * named, all.
 * @throws {RangeError} for a word that names nothing
 */
export function chosen(words: readonly string[]): Pick<Plan, 'contenders' | 'cells'> {
  const known: readonly string[] = [
    ...workloads,
    ...families,
    ...contenderNames,
    ...concurrencies.map(String),
  ]
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined)
    throw new RangeError(`--only ${unknown}: there is no such thing; there are ${known.join(', ')}`)
  const among = <T>(all: readonly T[], isNamed: (one: T) => boolean): readonly T[] => {
    const named = all.filter(isNamed)
    return named.length > 0 ? named : all
  }
  const names = (word: string | number): boolean => words.includes(String(word))
  const [named, atOnce] = [among(workloads, names), among<number>(concurrencies, names)]
  return {
    contenders: among(contenderNames, (name) => names(name) || names(contenders[name].family)),
    cells: allCells.filter((cell) => named.includes(cell.workload) && atOnce.includes(cell.atOnce)),
  }
}
