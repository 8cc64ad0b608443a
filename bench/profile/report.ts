import { titleOf } from '../contenders.ts'
import { number, table } from '../table.ts'
import type { Profiled } from './profile.ts'

const GOAL_US = 25
const FUNCTIONS = 25

export function profileReport({ contender, cell, cpuUs, categories, functions }: Profiled): string {
  const percent = (us: number): string => `${((us / cpuUs.median) * 100).toFixed(1)} %`
  const goal =
    contender === 'memory'
      ? `; goal ≤ ${GOAL_US} µs: ${cpuUs.median <= GOAL_US ? 'reached' : 'not reached'}`
      : ''
  return [
    `${titleOf(contender)}, ${cell.workload}, ${cell.atOnce} at once`,
    `CPU a call: ${number(cpuUs.median)} µs (${number(cpuUs.min)}–${number(cpuUs.max)}), the bench itself included${goal}`,
    table(
      ['where it goes', 'µs a call', 'share'],
      categories.map(({ name, us }) => [name, number(us), percent(us)]),
    ),
    table(
      ['function', 'where', 'µs a call', 'share'],
      functions
        .slice(0, FUNCTIONS)
        .map(({ name, file, line, us }) => [
          name,
          line > 0 ? `${file}:${line}` : file,
          number(us),
          percent(us),
        ]),
    ),
  ].join('\n\n')
}
