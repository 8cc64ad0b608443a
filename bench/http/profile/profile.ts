import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CpuProfile, type Frame, selfTimes } from '../../profile/cpu-profile.ts'
import type { Progress } from '../../progress.ts'
import { type Spread, spread } from '../../statistics.ts'
import { freePort } from '../free-port.ts'
import { Load } from '../load/load.ts'
import type { LoadTerms, Measured } from '../load/terms.ts'
import type { HttpCell, HttpPlan } from '../plan.ts'
import type { Place } from '../running.ts'
import { type ServerName, servers } from '../servers.ts'
import { startServer, startUpstream } from '../start.ts'
import { httpCategoryOf } from './categories.ts'

/** Where the server's CPU time of a request goes. */
export interface HttpProfiled {
  readonly cell: HttpCell
  /** Of all threads, measured in a process of its own without the profiler. */
  readonly cpuUs: Spread
  /** Of the main thread by category, and of all the other threads. */
  readonly categories: ReadonlyMap<string, number>
}

const OTHERS = "other threads: V8's collector and compiler, the store's worker"

/**
 * The profiler slows down what it looks at, so it says only in what parts the main thread's time falls; how long a request
 * takes is measured without it, in turns with it.
 */
export async function profileHttp(plan: HttpPlan, place: Place, progress: Progress): Promise<HttpProfiled[]> {
  const load = new Load()
  const upstream = await startUpstream()
  const found = new Map<HttpCell, { measured: Measured[]; frames: Frame[] }>()
  try {
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const [index, cell] of plan.cells.entries()) {
        const share = (round + index / plan.cells.length) / plan.rounds
        progress.say(`round ${round + 1} of ${plan.rounds}: ${cell.server}, ${cell.workload}`, share)
        const terms = { load, plan, cell, place, upstreamPort: upstream.port, name: `${round}-${index}` }
        const { measured, frames } = found.get(cell) ?? { measured: [], frames: [] }
        found.set(cell, {
          measured: [...measured, await inProcessOfItsOwn(terms)],
          frames: [...frames, ...(await framesOf(terms))],
        })
      }
    }
  } finally {
    await Promise.all([load.end(), upstream.end()])
    progress.end()
  }
  return [...found].map(([cell, { measured, frames }]) => dealt(cell, measured, frames))
}

interface CellTerms {
  readonly load: Load
  readonly plan: HttpPlan
  readonly cell: HttpCell
  readonly place: Place
  readonly upstreamPort: number
  readonly name: string
}

async function framesOf(terms: CellTerms): Promise<readonly Frame[]> {
  const path = join(terms.place.folder, `${terms.name}.cpuprofile`)
  await inProcessOfItsOwn(terms, { inspectorPort: await freePort(), path })
  return selfTimes(JSON.parse(readFileSync(path, 'utf8')) as CpuProfile)
}

async function inProcessOfItsOwn(
  { load, plan, cell, place, upstreamPort, name }: CellTerms,
  recording?: LoadTerms['recording'],
): Promise<Measured> {
  const folder = join(place.folder, recording ? `${name}-profiled` : name)
  const options = recording && `--inspect=127.0.0.1:${recording.inspectorPort} --inspect-publish-uid=http`
  const server = await startServer(cell.server, {
    ...{ origin: place.origin, upstreamPort, folder },
    ...(options && { env: { NODE_OPTIONS: options } }),
  })
  try {
    const { port, pid } = server
    const effort = { warmUpMs: plan.warmUpMs * 3, cellMs: plan.cellMs }
    const terms = { ...servers[cell.server].speaks, ...cell, ...effort, port, pid }
    return await load.measure({ ...terms, ...(recording && { recording }) })
  } finally {
    await server.end()
  }
}

function dealt(cell: HttpCell, measured: readonly Measured[], frames: readonly Frame[]): HttpProfiled {
  const cpuUs = spread(measured.map((one) => one.cpuUs ?? Number.NaN))
  const mainUs = spread(measured.map((one) => one.mainThreadUs ?? Number.NaN)).median
  const totalUs = frames.reduce((sum, { selfUs }) => sum + selfUs, 0)
  const categories = new Map<string, number>([[OTHERS, Math.max(0, cpuUs.median - mainUs)]])
  for (const frame of frames) {
    const category = httpCategoryOf(frame)
    categories.set(category, (categories.get(category) ?? 0) + (frame.selfUs / totalUs) * mainUs)
  }
  return { cell, cpuUs, categories }
}

/** Those that run on Node; a profile says nothing of others. */
export function canBeProfiled(server: ServerName): boolean {
  return server !== 'nginx' && server !== 'restate'
}
