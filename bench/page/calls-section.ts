import { absentText } from '../absent.ts'
import { type ContenderName, contenders, type Family, families, titleOf } from '../contenders.ts'
import { headerLines } from '../header.ts'
import { PAYLOAD } from '../payload.ts'
import { captions, familyCaptions } from '../report.ts'
import type { Row } from '../summary.ts'
import { number } from '../table.ts'
import { type Workload, workloads } from '../workload.ts'
import { codeBlock, markdownTable } from './markdown.ts'
import { callsPlot } from './plots.ts'
import type { CallsRun } from './results.ts'

export interface Section {
  readonly text: string
  readonly plots: ReadonlyMap<string, string>
}

/** Of contention, whose figures are far apart, a table says enough. */
const plotted: readonly Workload[] = ['first-time', 'replay']

export async function callsSection(run: CallsRun): Promise<Section> {
  const plots = new Map<string, string>()
  const parts: string[] = [
    '## Calls',
    codeBlock(headerLines(run.machine, run.command, PAYLOAD, run.servers)),
    `Fresh processes that take turns (rounds: ${run.effort.rounds}), ${run.effort.cellMs} ms a figure after ${run.effort.warmUpMs} ms to warm up. ${READ_AS}`,
    absentText(new Map(Object.entries(run.absent) as [ContenderName, string][])),
  ]
  for (const family of families) {
    const rows = run.rows.filter(({ contender }) => contenders[contender].family === family)
    if (rows.length === 0) continue
    parts.push(`### Calls ${familyCaptions[family]}`)
    for (const workload of workloads.filter((one) => rows.some((row) => row.workload === one))) {
      parts.push(`#### ${captions[workload]}`)
      if (plotted.includes(workload)) {
        const name = `${workload}-${family}.svg`
        plots.set(name, await callsPlot(rows, family, workload))
        parts.push(`![calls a second](benchmarks/${name})`)
      }
      parts.push(callsTable(rows.filter((row) => row.workload === workload)))
    }
    parts.push(withoutTable(rows, family))
  }
  return { text: parts.filter((part) => part !== '').join('\n\n'), plots }
}

const READ_AS = `Medians, with the least and the most. "Counterfoil does" is how many times as many calls it gets done on the same kind of
store, taken round by round; a latency is counted from when a caller is ready; CPU is that of the caller's process, all its threads, a call; and that of the server
which the store is on, where the bench has started it.`

function callsTable(rows: readonly Row[]): string {
  const withWal = rows.some(({ walBytes }) => walBytes !== undefined)
  return markdownTable(
    [
      'at once',
      'who',
      'calls/s',
      'range',
      'Counterfoil does',
      'p50 ms',
      'p99 ms',
      'CPU µs',
      'server CPU µs',
      ...(withWal ? ['WAL bytes'] : []),
    ],
    rows.map((row) => [
      String(row.atOnce),
      titleOf(row.contender),
      number(row.perSecond.median),
      `${number(row.perSecond.min)}–${number(row.perSecond.max)}`,
      row.counterfoil === undefined
        ? ''
        : `${number(row.counterfoil.median)} × (${number(row.counterfoil.min)}–${number(row.counterfoil.max)})`,
      number(row.p50Ms.median),
      number(row.p99Ms.median),
      number(row.cpuUs.median),
      row.serverCpuUs === undefined ? '' : number(row.serverCpuUs.median),
      ...(withWal ? [row.walBytes === undefined ? '' : number(row.walBytes.median)] : []),
    ]),
  )
}

function withoutTable(rows: readonly Row[], family: Family): string {
  const names = [...new Set(rows.map(({ contender }) => contender))].filter(
    (name) => contenders[name].lacks !== '',
  )
  if (names.length === 0) return ''
  const caption = `What those ${familyCaptions[family]} do without:`
  const table = markdownTable(
    ['who', 'without'],
    names.map((name) => [titleOf(name), contenders[name].lacks]),
  )
  return `${caption}\n\n${table}`
}
