import { type ContenderName, contenderTitles } from './contender.ts'
import { goalTable } from './goal-table.ts'
import { goals } from './goals.ts'
import { CALLERS_A_KEY, type Cell, type Plan, type Workload, workloads } from './plan.ts'
import { groupedLimit, ratio } from './ratios.ts'
import type { Results } from './rounds.ts'
import { type Spread, spread } from './statistics.ts'
import { figures, number, table } from './table.ts'

export function report(plan: Plan, results: Results): string {
  return [
    ...workloads.map((workload) => workloadTable(plan, results, workload)).filter((text) => text !== ''),
    ratioTable(plan, results),
    goalTable(goals(results)),
    NOTES,
  ].join('\n\n')
}

const NOTES = `Medians of the rounds (least–most). Latency is counted from when a caller is ready. CPU is that of all threads. Loop
delay has the millisecond between its samples in it: an idle loop has a little over 1.`

const captions: Readonly<Record<Workload, string>> = {
  'first-time': 'first-time: claim, effect, settle; a key for each call',
  replay: 'replay: the key has an outcome',
  contended: `contended: ${CALLERS_A_KEY} callers a key`,
}

function workloadTable({ cells, contenders }: Plan, results: Results, workload: Workload): string {
  const rows = cells
    .filter((cell) => cell.workload === workload)
    .flatMap((cell) => contenders.map((contender) => row(results, contender, cell)))
  if (rows.length === 0) return ''
  const heads = ['at once', 'who', 'calls/s', '', 'p50 ms', 'p99 ms', 'CPU µs', '', 'loop delay p99 ms', '']
  return `${captions[workload]}\n${table(heads, rows)}`
}

function row(results: Results, contender: ContenderName, cell: Cell): string[] {
  const measured = results.of(contender, cell)
  const of = (name: 'perSecond' | 'p50Ms' | 'p99Ms' | 'cpuUs' | 'loopDelayP99Ms'): Spread =>
    spread(measured.map((one) => one[name]))
  return [
    String(cell.atOnce),
    contenderTitles[contender],
    ...figures(of('perSecond')),
    number(of('p50Ms').median),
    number(of('p99Ms').median),
    ...figures(of('cpuUs')),
    ...figures(of('loopDelayP99Ms')),
  ]
}

function ratioTable({ cells }: Plan, results: Results): string {
  const rows = cells.map((cell) => {
    const grouped = groupedLimit(results, cell)
    return [
      `${cell.workload}, ${cell.atOnce} at once`,
      ...ratioFigures(ratio(results, cell, 'perSecond', 'sqlite', 'by-hand')),
      ...ratioFigures(ratio(results, cell, 'perSecond', 'sqlite', grouped)),
      grouped,
      ...ratioFigures(ratio(results, cell, 'p50Ms', 'sqlite', 'by-hand')),
      ...ratioFigures(ratio(results, cell, 'cpuUs', 'sqlite', grouped)),
    ]
  })
  const heads = ['Counterfoil on SQLite', 'calls/s: by hand', '', 'limit', '', '(which)', 'p50: by hand', '']
  return `ratios, round by round\n${table([...heads, 'CPU: limit', ''], rows)}`
}

function ratioFigures(of: Spread | undefined): [string, string] {
  return of === undefined ? ['–', ''] : figures(of, ' ×')
}
