import { number, table } from '../../table.ts'
import { servers } from '../servers.ts'
import type { HttpProfiled } from './profile.ts'

/** Microseconds a request by category, side by side: where one has more than another is where the difference goes. */
export function httpProfileReport(all: readonly HttpProfiled[]): string {
  const names = [...new Set(all.flatMap(({ categories }) => [...categories.keys()]))]
  const most = (name: string): number => Math.max(...all.map(({ categories }) => categories.get(name) ?? 0))
  const rows = names
    .sort((a, b) => most(b) - most(a))
    .map((name) => [name, ...all.map(({ categories }) => number(categories.get(name) ?? 0))])
  const columns = all.map((_, at) => `(${at + 1})`)
  const whole = ['all', ...all.map(({ cpuUs }) => number(cpuUs.median))]
  return [
    all
      .map(
        ({ cell }, at) =>
          `(${at + 1}) ${servers[cell.server].title}, ${cell.workload}, ${cell.atOnce} at once`,
      )
      .join('\n'),
    table(['CPU µs a request', ...columns], [...rows, whole]),
  ].join('\n\n')
}
