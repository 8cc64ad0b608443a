import type { Cell } from './plan.ts'
import { figure, groupedLimit, ratio } from './ratios.ts'
import type { Results } from './rounds.ts'
import type { Spread } from './statistics.ts'

export interface Goal {
  readonly name: string
  readonly measured: Spread | undefined
  readonly goal: { readonly atLeast: number } | { readonly atMost: number }
  readonly unit: '×' | 'ms' | 'µs' | 'a request'
}

const alone: Cell = { workload: 'first-time', atOnce: 1 }
const many: Cell = { workload: 'first-time', atOnce: 64 }

/** What it should cost, at most. For information: a machine under other load may miss any of them. */
export function goals(results: Results): readonly Goal[] {
  const grouped = groupedLimit(results, many)
  return [
    {
      name: 'SQLite first-time, 64 at once: calls/s against a transaction a step by hand',
      measured: ratio(results, many, 'perSecond', 'sqlite', 'by-hand'),
      goal: { atLeast: 5 },
      unit: '×',
    },
    {
      name: `SQLite first-time, 64 at once: calls/s against the limit by hand (${grouped})`,
      measured: ratio(results, many, 'perSecond', 'sqlite', grouped),
      goal: { atLeast: 0.7 },
      unit: '×',
    },
    {
      name: 'SQLite first-time, 1 at once: p50 against the two transactions by hand',
      measured: ratio(results, alone, 'p50Ms', 'sqlite', 'by-hand'),
      goal: { atMost: 1.3 },
      unit: '×',
    },
    {
      name: 'SQLite first-time, 64 at once: event-loop delay, p99',
      measured: figure(results, many, 'loopDelayP99Ms', 'sqlite'),
      goal: { atMost: 6 },
      unit: 'ms',
    },
    {
      name: 'memory first-time, 64 at once: CPU a call',
      measured: figure(results, many, 'cpuUs', 'memory'),
      goal: { atMost: 25 },
      unit: 'µs',
    },
  ]
}

export function isReached({ measured, goal }: Goal): boolean | undefined {
  if (measured === undefined) return undefined
  return 'atLeast' in goal ? measured.median >= goal.atLeast : measured.median <= goal.atMost
}
