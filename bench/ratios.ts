import type { ContenderName } from './contenders.ts'
import type { Measured } from './measure.ts'
import type { Results } from './results.ts'
import { type Spread, spread } from './statistics.ts'
import type { Cell } from './workload.ts'

type Figure = 'perSecond' | 'p50Ms' | 'p99Ms' | 'cpuUs' | 'loopDelayP99Ms'

/** Round by round, and then the median: what slowed one round down was there for both. `undefined` where one is missing. */
export function ratio(
  results: Results,
  cell: Cell,
  figure: Figure,
  of: ContenderName,
  to: ContenderName,
  cellOfTo: Cell = cell,
): Spread | undefined {
  const [upper, lower] = [results.of(of, cell), results.of(to, cellOfTo)]
  if (upper.length === 0 || upper.length !== lower.length) return undefined
  return spread(upper.map((measured, round) => measured[figure] / (lower[round] as Measured)[figure]))
}

export function figure(results: Results, cell: Cell, name: Figure, of: ContenderName): Spread | undefined {
  const measured = results.of(of, cell)
  return measured.length === 0 ? undefined : spread(measured.map((one) => one[name]))
}

/** Of the two ways to group by hand the one that got more done: that is the limit. */
export function groupedLimit(results: Results, cell: Cell): ContenderName {
  const main = figure(results, cell, 'perSecond', 'grouped')?.median ?? 0
  const worker = figure(results, cell, 'perSecond', 'grouped-worker')?.median ?? 0
  return worker > main ? 'grouped-worker' : 'grouped'
}
