import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Progress } from '../progress.ts'
import { Load } from './load/load.ts'
import type { HttpPlan } from './plan.ts'
import { HttpResults } from './results.ts'
import type { ServerProcess } from './server-process.ts'
import type { ServerName } from './servers.ts'
import { type Origin, startServer, startUpstream } from './start.ts'

/**
 * In each round every server is a fresh process, and they take turns cell by cell: a machine that slows down slows all of
 * them down. Every other round goes backwards, so that none is always the one behind a certain other.
 */
export async function runHttpRounds(
  plan: HttpPlan,
  { origin, folder }: { readonly origin: Origin; readonly folder: string },
  progress: Progress,
): Promise<HttpResults> {
  const results = new HttpResults()
  const load = new Load()
  try {
    for (let round = 0; round < plan.rounds; round += 1) {
      const cells = round % 2 === 0 ? plan.cells : [...plan.cells].reverse()
      const started = new Map<ServerName, ServerProcess>()
      const upstream = await startUpstream()
      try {
        for (const server of new Set(cells.map((cell) => cell.server))) {
          const files = join(folder, `${round}-${server}`)
          mkdirSync(files)
          started.set(
            server,
            await startServer(server, { origin, upstreamPort: upstream.port, folder: files }),
          )
        }
        for (const [index, cell] of cells.entries()) {
          const share = (round + index / cells.length) / plan.rounds
          progress.say(
            `round ${round + 1} of ${plan.rounds}: ${cell.server}, ${cell.workload}, ${cell.atOnce} at once`,
            share,
          )
          const { port, pid } = started.get(cell.server) as ServerProcess
          const { path, status, marksReplays } = { path: '/charges', status: 201, marksReplays: true }
          results.add(cell, await load.measure({ ...plan, ...cell, port, pid, path, status, marksReplays }))
        }
      } finally {
        await Promise.all([...started.values(), upstream].map((server) => server.end()))
      }
    }
  } finally {
    await load.end()
    progress.end()
  }
  return results
}
