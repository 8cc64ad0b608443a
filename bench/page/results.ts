import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContenderName } from '../contenders.ts'
import type { Goal } from '../goals.ts'
import type { GrowthRow } from '../growth/measure.ts'
import type { Machine } from '../machine.ts'
import type { Effort } from '../plan.ts'
import type { ServerFacts } from '../servers/facts.ts'
import type { Row } from '../summary.ts'
import type { WaitersRow } from '../waiters/measure.ts'
import type { WaitersPlan } from '../waiters/plan.ts'

interface Run {
  readonly command: string
  readonly machine: Machine
  readonly servers: readonly ServerFacts[]
  readonly goals: readonly Goal[]
}

export interface CallsRun extends Run {
  readonly effort: Effort
  readonly rows: readonly Row[]
  readonly absent: Readonly<Partial<Record<ContenderName, string>>>
}

export interface GrowthRun extends Run {
  readonly rows: readonly GrowthRow[]
}

export interface WaitersRun extends Run {
  readonly plan: WaitersPlan
  readonly rows: readonly WaitersRow[]
}

/** The runs that the page shows: each command writes its own, and leaves the others as they are. */
export interface Runs {
  readonly calls: CallsRun
  readonly growth: GrowthRun
  readonly waiters: WaitersRun
}

export function keepRun<Name extends keyof Runs>(folder: string, name: Name, run: Runs[Name]): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(fileOf(folder, name), `${JSON.stringify(run, shortened, 1)}\n`)
}

export function keptRuns(folder: string): Partial<Runs> {
  return Object.fromEntries(
    (['calls', 'growth', 'waiters'] as const)
      .filter((name) => existsSync(fileOf(folder, name)))
      .map((name) => [name, JSON.parse(readFileSync(fileOf(folder, name), 'utf8'))]),
  )
}

function fileOf(folder: string, name: keyof Runs): string {
  return join(folder, `${name}.json`)
}

/** No figure here is good to more digits than that. */
function shortened(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value
}
