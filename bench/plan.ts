import { type ContenderName, contenderNames } from './contender.ts'

/**
 * - `first-time`: claim, effect, settle; each call has a key of its own.
 * - `replay`: each call's key has an outcome.
 * - `contended`: each key has 64 callers at once, of whom one runs the effect.
 */
export const workloads = ['first-time', 'replay', 'contended'] as const
export type Workload = (typeof workloads)[number]

const concurrencies = [1, 64, 512] as const
export const CALLERS_A_KEY = 64

/** What is measured at a time: one contender under one load. */
export interface Cell {
  readonly workload: Workload
  /** Calls under way at any time. */
  readonly atOnce: number
}

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

export const whole: Effort = { rounds: 7, warmUpMs: 300, cellMs: 400 }
export const quick: Effort = { rounds: 3, warmUpMs: 100, cellMs: 130 }

/** One caller is no contention: there is no such cell. */
export const allCells: readonly Cell[] = workloads.flatMap((workload) =>
  concurrencies
    .filter((atOnce) => workload !== 'contended' || atOnce >= CALLERS_A_KEY)
    .map((atOnce) => ({ workload, atOnce })),
)

/**
 * The cells that the words name: workloads, contenders and concurrencies, in any mixture; of a kind that isn't named, all.
 * @throws {RangeError} for a word that names nothing
 */
export function chosen(words: readonly string[]): Pick<Plan, 'contenders' | 'cells'> {
  const known: readonly string[] = [...workloads, ...contenderNames, ...concurrencies.map(String)]
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined)
    throw new RangeError(`--only ${unknown}: there is no such thing; there are ${known.join(', ')}`)
  const among = <T>(all: readonly T[]): readonly T[] => {
    const named = all.filter((one) => words.includes(String(one)))
    return named.length > 0 ? named : all
  }
  const [named, atOnce] = [among(workloads), among<number>(concurrencies)]
  return {
    contenders: among(contenderNames),
    cells: allCells.filter((cell) => named.includes(cell.workload) && atOnce.includes(cell.atOnce)),
  }
}
