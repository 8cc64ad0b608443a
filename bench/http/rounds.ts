import type { Progress } from '../progress.ts'
import { Load } from './load/load.ts'
import type { HttpPlan } from './plan.ts'
import { HttpResults } from './results.ts'
import { type Place, Running } from './running.ts'
import type { ServerProcess } from './server-process.ts'
import { type ServerName, servers } from './servers.ts'

/** As long as so many cells' own, for each workload: what is measured is a service that has been up for a while. */
const WARM_UPS_A_WORKLOAD = 3

/**
 * In each round every server is a fresh process, and they take turns cell by cell: a machine that slows down slows all of
 * them down. Every other round goes backwards, so that none is always the one behind a certain other.
 */
export async function runHttpRounds(plan: HttpPlan, place: Place, progress: Progress): Promise<HttpResults> {
  const results = new HttpResults()
  const load = new Load()
  const warmUp = async (name: ServerName, { port, pid }: ServerProcess): Promise<void> => {
    const { workloads, speaks } = servers[name]
    const cellMs = plan.warmUpMs * WARM_UPS_A_WORKLOAD
    for (const workload of workloads)
      await load.measure({ ...speaks, workload, atOnce: 64, warmUpMs: 0, cellMs, port, pid })
  }
  try {
    for (let round = 0; round < plan.rounds; round += 1) {
      const cells = round % 2 === 0 ? plan.cells : [...plan.cells].reverse()
      progress.say(`round ${round + 1} of ${plan.rounds}: starting`, round / plan.rounds)
      const running = await Running.start(new Set(cells.map(({ server }) => server)), { ...place, warmUp })
      try {
        for (const [index, cell] of cells.entries()) {
          const what = `${cell.server}, ${cell.workload}, ${cell.atOnce} at once`
          progress.say(
            `round ${round + 1} of ${plan.rounds}: ${what}`,
            (round + index / cells.length) / plan.rounds,
          )
          const measured = await running.during(cell.server, ({ port, pid }) =>
            load.measure({ ...plan, ...cell, ...servers[cell.server].speaks, port, pid }),
          )
          results.add(cell, measured)
        }
      } finally {
        await running.end()
      }
    }
  } finally {
    await load.end()
    progress.end()
  }
  return results
}
