import { type ContenderName, contenders, measures } from './contenders.ts'
import type { Measured } from './measure.ts'
import type { Plan } from './plan.ts'
import { figure, ratio } from './ratios.ts'
import type { Results } from './results.ts'
import { type Spread, spread } from './statistics.ts'
import type { Cell } from './workload.ts'

/** One contender under one load, over all rounds. */
export interface Row extends Cell {
  readonly contender: ContenderName
  readonly perSecond: Spread
  readonly p50Ms: Spread
  readonly p99Ms: Spread
  readonly cpuUs: Spread
  /** Of the server; absent where there is none, or it can't be looked at. */
  readonly serverCpuUs?: Spread
  readonly loopDelayP99Ms: Spread
  /** Written into PostgreSQL's log. */
  readonly walBytes?: Spread
  /** How many times as many calls Counterfoil got done in the same time, round by round. */
  readonly counterfoil?: Spread
}

export function rowsOf({ contenders: names, cells }: Plan, results: Results): readonly Row[] {
  return cells.flatMap((cell) =>
    names.filter((name) => measures(name, cell.workload)).map((name) => rowOf(results, name, cell)),
  )
}

function rowOf(results: Results, contender: ContenderName, cell: Cell): Row {
  const of = (
    name: Exclude<keyof Measured, keyof Cell | 'calls' | 'mainThreadUs' | 'serverCpuUs' | 'walBytes'>,
  ): Spread => figure(results, cell, name, contender) as Spread
  const { against } = contenders[contender]
  const counterfoil = against && ratio(results, cell, 'perSecond', against, contender)
  const serverCpuUs = results.of(contender, cell).flatMap((one) => one.serverCpuUs ?? [])
  const walBytes = results.of(contender, cell).flatMap((one) => one.walBytes ?? [])
  return {
    ...cell,
    contender,
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuUs: of('cpuUs'),
    loopDelayP99Ms: of('loopDelayP99Ms'),
    ...(serverCpuUs.length > 0 && { serverCpuUs: spread(serverCpuUs) }),
    ...(walBytes.length > 0 && { walBytes: spread(walBytes) }),
    ...(counterfoil && { counterfoil }),
  }
}
