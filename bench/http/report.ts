import type { Spread } from '../statistics.ts'
import { figures, number, table } from '../table.ts'
import type { HttpCell, HttpPlan } from './plan.ts'
import type { HttpResults } from './results.ts'
import { type Group, groups, peers, type ServerName, servers } from './servers.ts'

export function httpReport({ cells }: HttpPlan, results: HttpResults): string {
  return groups
    .map((group) => groupTable(group, cells, results))
    .filter((text) => text !== '')
    .join('\n\n')
}

/** One line for each that could not be measured. */
export function absentText(missing: ReadonlyMap<ServerName, string>): string {
  return [...missing].map(([server, why]) => `${servers[server].title}: ${why}`).join('\n')
}

export const NOTES = `Medians of the rounds (least–most); "of bare" is requests/s against its bare peer's, round by round. CPU is the server's a request, all
threads and child processes; "more" is what it has beyond its bare peer; the load's own stands beside it, since they share the machine.`

const captions: Readonly<Record<Group, string>> = {
  integrations: 'integrations: an application as it is, and with Counterfoil on memory before its route',
  proxies: 'proxies: in front of one upstream that answers faster than any of them asks',
}

function groupTable(group: Group, cells: readonly HttpCell[], results: HttpResults): string {
  const rows = cells.filter(({ server }) => servers[server].group === group).map((cell) => row(cell, results))
  if (rows.length === 0) return ''
  const heads = ['at once', 'who', 'what', 'requests/s', '', 'of bare', '', 'p50 ms', '', 'p99 ms']
  return `${captions[group]}\n${table([...heads, 'CPU µs', '', 'more', "load's"], rows)}`
}

function row(cell: HttpCell, results: HttpResults): string[] {
  const { server, workload, atOnce } = cell
  const peer = peers[server]
  const bare: HttpCell | undefined = peer && { server: peer, workload: 'without-key', atOnce }
  const ratio = bare && results.ratio(cell, bare)
  const added = bare && results.compared(cell, bare, 'cpuUs', (one, other) => one - other)
  return [
    String(atOnce),
    servers[server].title,
    workload,
    ...shown(results.figure(cell, 'perSecond')),
    ...shown(ratio, ' ×'),
    ...shown(results.figure(cell, 'p50Ms')),
    shown(results.figure(cell, 'p99Ms'))[0],
    ...shown(results.figure(cell, 'cpuUs')),
    shown(added)[0],
    number(results.figure(cell, 'loadCpuUs')?.median ?? Number.NaN),
  ]
}

function shown(spread: Spread | undefined, unit?: string): [string, string] {
  return spread === undefined ? ['–', ''] : figures(spread, unit)
}
