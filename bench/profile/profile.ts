import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContenderName } from '../contenders.ts'
import type { Measured } from '../measure.ts'
import type { Plan } from '../plan.ts'
import type { Progress } from '../progress.ts'
import { Child } from '../run-child.ts'
import type { ServerUrls } from '../servers/urls.ts'
import { type Spread, spread } from '../statistics.ts'
import type { Cell } from '../workload.ts'
import { categoryOf } from './categories.ts'
import { type CpuProfile, type Frame, selfTimes } from './cpu-profile.ts'

export interface Share {
  readonly name: string
  /** CPU time a call. */
  readonly us: number
}

export interface Profiled {
  readonly contender: ContenderName
  readonly cell: Cell
  /** CPU time a call, of all threads: measured in processes of their own, without the profiler. */
  readonly cpuUs: Spread
  readonly categories: readonly Share[]
  readonly functions: readonly (Share & Pick<Frame, 'file' | 'line'>)[]
}

/** Cells to a profiled process: one after the other, each on a store of its own. */
const REPEATS = 5

/**
 * Where a first-time call's CPU time goes. The profiler slows down what it looks at, so it says only in what parts the
 * main thread's time falls; how long a call takes is measured without it, in turns with it.
 */
export async function profile(
  plan: Plan,
  { folder, servers }: { readonly folder: string; readonly servers: ServerUrls },
  progress: Progress,
): Promise<Profiled> {
  const [contender = 'memory'] = plan.contenders
  const cell = plan.cells.find(({ atOnce }) => atOnce === 64) ?? { workload: 'first-time', atOnce: 64 }
  const measured: Measured[] = []
  const frames: Frame[] = []
  for (let round = 0; round < plan.rounds; round += 1) {
    progress.say(`round ${round + 1} of ${plan.rounds}`, round / plan.rounds)
    const terms = { ...plan, contender, servers, folder: join(folder, String(round)) }
    measured.push(...(await repeated(await Child.start(terms), cell)))
    await repeated(await Child.start({ ...terms, profiled: true }), cell)
    for (const file of readdirSync(terms.folder).filter((entry) => entry.endsWith('.cpuprofile'))) {
      frames.push(...selfTimes(JSON.parse(readFileSync(join(terms.folder, file), 'utf8')) as CpuProfile))
    }
  }
  progress.end()
  const cpuUs = spread(measured.map((one) => one.cpuUs))
  const mainThreads = measured.map((one) => one.mainThreadUs ?? one.cpuUs)
  const mainUs = Math.min(cpuUs.median, spread(mainThreads).median)
  return { contender, cell, cpuUs, ...shared(frames, mainUs, cpuUs.median - mainUs) }
}

async function repeated(child: Child, cell: Cell): Promise<Measured[]> {
  const measured: Measured[] = []
  for (let repeat = 0; repeat < REPEATS; repeat += 1) measured.push(await child.measure(cell))
  await child.end()
  // The first one is still being compiled.
  return measured.slice(1)
}

/** Deals out the main thread's time by the profile, and adds what other threads had. */
function shared(
  frames: readonly Frame[],
  mainUs: number,
  othersUs: number,
): Pick<Profiled, 'categories' | 'functions'> {
  const totalUs = frames.reduce((sum, { selfUs }) => sum + selfUs, 0)
  const dealt = frames.map((frame) => ({ ...frame, us: (frame.selfUs / totalUs) * mainUs }))
  const categories = summed(dealt, categoryOf).map(({ key, us }) => ({ name: key, us }))
  const others = { name: "other threads: V8's collector and compiler, the store's worker", us: othersUs }
  const functions = summed(dealt, ({ name, file, line }) => `${name} ${file} ${line}`).map(
    ({ us, first }) => ({
      name: first.name,
      file: first.file,
      line: first.line,
      us,
    }),
  )
  return { categories: [...categories, others].sort((a, b) => b.us - a.us), functions }
}

function summed<T extends { readonly us: number }>(
  all: readonly T[],
  keyOf: (one: T) => string,
): { key: string; us: number; first: T }[] {
  const sums = new Map<string, { key: string; us: number; first: T }>()
  for (const one of all) {
    const key = keyOf(one)
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { key, us: one.us, first: one })
    else sum.us += one.us
  }
  return [...sums.values()].sort((a, b) => b.us - a.us)
}
