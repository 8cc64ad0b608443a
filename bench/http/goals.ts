import type { Goal } from '../goals.ts'
import { type Spread, spread } from '../statistics.ts'
import type { Workload } from './load/terms.ts'
import type { HttpCell } from './plan.ts'
import type { HttpResults } from './results.ts'
import type { ServerName } from './servers.ts'

/**
 * What it should cost, at most. For information: a machine under other load may miss any of them.
 * @param commits transactions that a first-time request costs on SQLite, alone; `undefined` where they weren't counted
 */
export function httpGoals(results: HttpResults, commits: number | undefined): readonly Goal[] {
  const many = (server: ServerName, workload: Workload): HttpCell => ({ server, workload, atOnce: 64 })
  const alone = (server: ServerName, workload: Workload): HttpCell => ({ server, workload, atOnce: 1 })
  const bareProxy = many('undici-proxy', 'without-key')
  const atLeast = (name: string, measured: Spread | undefined, goal: number): Goal => ({
    name,
    measured,
    goal: { atLeast: goal },
    unit: '×',
  })
  const against = (of: HttpCell, name: string, goal: number): Goal =>
    atLeast(`gateway, 64 at once: ${name} against the bare undici proxy`, results.ratio(of, bareProxy), goal)
  return [
    atLeast(
      'Express, 64 at once: first-time on memory against the bare application',
      results.ratio(many('express', 'first-time'), many('express-bare', 'without-key')),
      0.8,
    ),
    against(many('gateway', 'without-key'), 'passing through', 0.9),
    against(many('gateway', 'replay'), 'replay', 0.9),
    against(many('gateway', 'first-time'), 'first-time on memory', 0.55),
    against(many('gateway-sqlite', 'first-time'), 'first-time on SQLite', 0.42),
    atLeast(
      "gateway, 64 at once: first-time on SQLite against Restate's ingress",
      results.ratio(many('gateway-sqlite', 'first-time'), many('restate', 'first-time')),
      4,
    ),
    {
      name: 'gateway, 1 at once: p50 that first-time on SQLite adds to the bare undici proxy',
      measured: results.compared(
        alone('gateway-sqlite', 'first-time'),
        alone('undici-proxy', 'without-key'),
        'p50Ms',
        (one, other) => one - other,
      ),
      goal: { atMost: 0.3 },
      unit: 'ms',
    },
    {
      name: 'gateway, 1 at once: transactions that first-time on SQLite takes',
      measured: commits === undefined ? undefined : spread([commits]),
      goal: { atMost: 2 },
      unit: 'a request',
    },
  ]
}
