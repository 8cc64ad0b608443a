import type { ContenderName } from './contenders.ts'
import { figure, groupedLimit, ratio } from './ratios.ts'
import type { Results } from './results.ts'
import { type Spread, spread } from './statistics.ts'
import type { Cell } from './workload.ts'

export interface Goal {
  readonly name: string
  readonly measured: Spread | undefined
  readonly goal: { readonly atLeast: number } | { readonly atMost: number }
  readonly unit: '×' | 'ms' | 'µs' | 'a request' | 'reads' | 'effects' | 'bytes'
}

const firstTime = (atOnce: number): Cell => ({ workload: 'first-time', atOnce })
const replay = (atOnce: number): Cell => ({ workload: 'replay', atOnce })

/** What it should cost, at most. For information: a machine under other load may miss any of them. */
export function goals(results: Results): readonly Goal[] {
  return [...onSqlite(results), ...onPostgres(results), ...onRedis(results)]
}

function onSqlite(results: Results): readonly Goal[] {
  const [alone, many] = [firstTime(1), firstTime(64)]
  const grouped = groupedLimit(results, many)
  return [
    {
      name: 'SQLite first-time, 64 at once: calls/s against a transaction a step by hand',
      measured: ratio(results, many, 'perSecond', 'sqlite', 'by-hand'),
      goal: { atLeast: 5 },
      unit: '×',
    },
    {
      name: `SQLite first-time, 64 at once: calls/s against the limit by hand (${grouped})`,
      measured: ratio(results, many, 'perSecond', 'sqlite', grouped),
      goal: { atLeast: 0.7 },
      unit: '×',
    },
    {
      name: 'SQLite first-time, 1 at once: p50 against the two transactions by hand',
      measured: ratio(results, alone, 'p50Ms', 'sqlite', 'by-hand'),
      goal: { atMost: 1.3 },
      unit: '×',
    },
    {
      name: 'SQLite first-time, 64 at once: event-loop delay, p99',
      measured: figure(results, many, 'loopDelayP99Ms', 'sqlite'),
      goal: { atMost: 6 },
      unit: 'ms',
    },
    {
      name: 'memory first-time, 64 at once: CPU a call',
      measured: figure(results, many, 'cpuUs', 'memory'),
      goal: { atMost: 25 },
      unit: 'µs',
    },
  ]
}

function onPostgres(results: Results): readonly Goal[] {
  const against = (other: ContenderName, what: string, atLeast: number): Goal => ({
    name: `PostgreSQL first-time, 512 at once: calls/s against ${what}`,
    measured: ratio(results, firstTime(512), 'perSecond', 'postgres', other),
    goal: { atLeast },
    unit: '×',
  })
  return [
    against('postgres-by-hand', 'the bare driver, a statement a step', 6),
    against('postgres-grouped', 'the bare driver, batched', 1.2),
    against('dbos', 'DBOS', 15),
    against('restate', "Restate's ingress", 1),
    {
      name: "PostgreSQL first-time, 1 at once: p50 against the bare driver's two round trips",
      measured: ratio(results, firstTime(1), 'p50Ms', 'postgres', 'postgres-by-hand'),
      goal: { atMost: 1.15 },
      unit: '×',
    },
    {
      name: 'PostgreSQL replay, 64 at once: bytes that a call writes into the log (a row lock would write some)',
      measured: walOf(results, replay(64), 'postgres'),
      goal: { atMost: 1 },
      unit: 'bytes',
    },
    {
      name: 'PostgreSQL, 1 at once (nothing is batched): replays/s against first-time calls/s',
      measured: ratio(results, replay(1), 'perSecond', 'postgres', 'postgres', firstTime(1)),
      goal: { atLeast: 3 },
      unit: '×',
    },
  ]
}

function onRedis(results: Results): readonly Goal[] {
  const against = (cell: Cell, other: ContenderName, what: string, atLeast: number): Goal => ({
    name: `Redis (node-redis) ${cell.workload}${cell.workload === 'replay' ? ' of a recent receipt, replayCache' : ''}, ${cell.atOnce} at once: calls/s against ${what}`,
    measured: ratio(results, cell, 'perSecond', cell.workload === 'replay' ? 'redis-cached' : 'redis', other),
    goal: { atLeast },
    unit: '×',
  })
  const peer = '@node-idempotency'
  const bare = 'SET NX + SET on ioredis'
  return [
    against(firstTime(64), 'node-idempotency', peer, 0.9),
    against(firstTime(512), 'node-idempotency', peer, 0.9),
    against(firstTime(64), 'ioredis-by-hand', bare, 1),
    against(firstTime(512), 'ioredis-by-hand', bare, 1),
    against(replay(64), 'node-idempotency', peer, 1.2),
    against(replay(512), 'node-idempotency', peer, 1.2),
  ]
}

function walOf(results: Results, cell: Cell, of: ContenderName): Spread | undefined {
  const bytes = results.of(of, cell).flatMap(({ walBytes }) => walBytes ?? [])
  return bytes.length === 0 ? undefined : spread(bytes)
}

export function isReached({ measured, goal }: Goal): boolean | undefined {
  if (measured === undefined) return undefined
  return 'atLeast' in goal ? measured.median >= goal.atLeast : measured.median <= goal.atMost
}
