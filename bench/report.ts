import { type ContenderName, contenders, type Family, families, titleOf } from './contenders.ts'
import { goalTable } from './goal-table.ts'
import { goals } from './goals.ts'
import type { Plan } from './plan.ts'
import type { Results } from './results.ts'
import { type Row, rowsOf } from './summary.ts'
import { figures, number, table } from './table.ts'
import { CALLERS_A_KEY, type Workload, workloads } from './workload.ts'

export function report(plan: Plan, results: Results): string {
  const rows = rowsOf(plan, results)
  return [
    ...families.flatMap((family) => workloads.map((workload) => callsTable(rows, family, workload))),
    lacksTable(plan.contenders),
    goalTable(goals(results)),
    NOTES,
  ]
    .filter((text) => text !== '')
    .join('\n\n')
}

const NOTES = `Medians of the rounds (least–most). "Counterfoil" is how many times as many calls it gets done on the same kind of store, round by
round. Latency is counted from when a caller is ready. CPU is that of all threads of the caller's process, a call; beside it that of the server that the
store is on. Loop delay has the
millisecond between its samples in it: an idle loop has a little over 1.`

export const captions: Readonly<Record<Workload, string>> = {
  'first-time': 'first-time: claim, effect, settle; a key for each call',
  replay: 'replay: the key has an outcome',
  contended: `contended: ${CALLERS_A_KEY} callers a key`,
}

export const familyCaptions: Readonly<Record<Family, string>> = {
  embedded: 'in the process',
  'on-postgres': 'on PostgreSQL, and durable services',
  'on-redis': 'on Redis',
}

function callsTable(all: readonly Row[], family: Family, workload: Workload): string {
  const rows = all.filter((row) => contenders[row.contender].family === family && row.workload === workload)
  if (rows.length === 0) return ''
  const heads = [
    'at once',
    'who',
    'calls/s',
    '',
    'Counterfoil',
    '',
    'p50 ms',
    'p99 ms',
    'CPU µs',
    '',
    "server's",
    'WAL bytes',
  ]
  return `${familyCaptions[family]}, ${captions[workload]}\n${table([...heads, 'loop delay p99 ms', ''], rows.map(cellsOf))}`
}

function cellsOf(row: Row): string[] {
  return [
    String(row.atOnce),
    titleOf(row.contender),
    ...figures(row.perSecond),
    ...(row.counterfoil === undefined ? ['–', ''] : figures(row.counterfoil, ' ×')),
    number(row.p50Ms.median),
    number(row.p99Ms.median),
    ...figures(row.cpuUs),
    row.serverCpuUs === undefined ? '–' : number(row.serverCpuUs.median),
    row.walBytes === undefined ? '–' : number(row.walBytes.median),
    ...figures(row.loopDelayP99Ms),
  ]
}

function lacksTable(names: readonly ContenderName[]): string {
  const rows = names
    .filter((name) => contenders[name].lacks !== '')
    .map((name) => [titleOf(name), contenders[name].lacks])
  return rows.length === 0 ? '' : `what they do without\n${table(['who', 'without'], rows)}`
}
