import { type Spread, spread } from '../statistics.ts'
import type { Measured } from './load/terms.ts'
import type { HttpCell } from './plan.ts'

export type Figure = 'perSecond' | 'p50Ms' | 'p99Ms' | 'cpuUs' | 'loadCpuUs'

/** Everything measured: of each cell one `Measured` a round, in the order of the rounds. */
export class HttpResults {
  readonly #measured = new Map<string, Measured[]>()

  add(cell: HttpCell, measured: Measured): void {
    this.#measured.set(nameOf(cell), [...this.of(cell), measured])
  }

  /** Empty where it was not measured. */
  of(cell: HttpCell): readonly Measured[] {
    return this.#measured.get(nameOf(cell)) ?? []
  }

  /** `undefined` where it was not measured. */
  figure(cell: HttpCell, figure: Figure): Spread | undefined {
    const values = this.of(cell).flatMap((measured) => measured[figure] ?? [])
    return values.length === 0 ? undefined : spread(values)
  }

  /** Round by round, and then the median: what slowed one round down was there for both. */
  compared(
    of: HttpCell,
    to: HttpCell,
    figure: 'perSecond' | 'p50Ms' | 'cpuUs',
    compare: (of: number, to: number) => number,
  ): Spread | undefined {
    const [ones, others] = [this.of(of), this.of(to)]
    if (ones.length === 0 || ones.length !== others.length) return undefined
    const values = ones.flatMap((one, round) => {
      const [value, other] = [one[figure], (others[round] as Measured)[figure]]
      return value === null || other === null ? [] : compare(value, other)
    })
    return values.length === 0 ? undefined : spread(values)
  }

  /** Requests a second against another's. */
  ratio(of: HttpCell, to: HttpCell): Spread | undefined {
    return this.compared(of, to, 'perSecond', (one, other) => one / other)
  }
}

function nameOf({ server, workload, atOnce }: HttpCell): string {
  return `${server} ${workload} ${atOnce}`
}
