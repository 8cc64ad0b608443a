import pg from 'pg'
import { createReceipts, nodeRuntime } from '../../src/index.ts'
import { postgresStore } from '../../src/stores/postgres/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { callFor } from './call.ts'
import type { AnyAttempt } from './ground.ts'
import { sqliteEffect } from './sqlite-side.ts'
import type { HitPoint, StoreTerms, StormResult, WorkerTerms } from './worker-terms.ts'

// A service in a process of its own, whose calls are in transactions, and which dies where it is told to.

const { store, dies, storm, lanes = 0 } = JSON.parse(String(process.argv[2])) as WorkerTerms
let calls = 0

function pass(point: HitPoint): void {
  if (point === dies?.at) process.kill(process.pid, 'SIGKILL')
}

type Run = (
  key: string,
  then: (attempt: AnyAttempt) => string,
) => Promise<{ readonly value: string; readonly replayed: boolean }>

function runOn(terms: StoreTerms): Run {
  const options = {
    sweep: 'off',
    runtime: { ...nodeRuntime, reach: (point: string) => pass(point as HitPoint) },
  } as const
  if (terms.kind === 'sqlite') {
    const receipts = createReceipts({ ...options, store: sqliteStore(terms.path) })
    const operation = receipts.transactional('place-order', {})
    return (key, then) => operation.onceInTransaction(callFor(key), sqliteEffect(key, then))
  }
  const { url, schema } = terms
  const pool = new pg.Pool({ connectionString: url, options: `-c search_path=${schema}` })
  const store = postgresStore(diesInCommit(pool), { schema })
  const operation = createReceipts({ ...options, store }).transactional('place-order', {})
  return (key, then) =>
    operation.onceInTransaction(callFor(key), async (tx, attempt) => {
      await tx.query('INSERT INTO effects (key) VALUES ($1)', [key])
      return then(attempt)
    })
}

/** Passes a point of its own once COMMIT has left, and before it is answered. */
function diesInCommit(pool: pg.Pool): pg.Pool {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...all: unknown[]) => unknown
    client.query = ((...all: unknown[]) => {
      const answer = query(...all)
      if ((all[0] as { text?: string }).text === 'COMMIT') pass('in-commit')
      return answer
    }) as typeof client.query
  })
  return pool
}

async function callOnAndOn(run: Run, lane: number): Promise<void> {
  for (let number = 1; ; number += 1) {
    await run(`${process.pid}-${lane}-${number}`, () => 'placed')
    calls += 1
    process.send?.({ calls })
  }
}

async function stormOf({ keys, calls }: { keys: number; calls: number }): Promise<readonly StormResult[]> {
  const all = Array.from({ length: keys * calls }, async (_, number): Promise<StormResult> => {
    const key = `key-${number % keys}`
    const { value, replayed } = await run(key, () => `${process.pid}-${number}`)
    return { key, value, replayed }
  })
  return Promise.all(all)
}

process.on('disconnect', () => process.exit(1))

const run = runOn(store)
for (let lane = 0; lane < lanes; lane += 1) void callOnAndOn(run, lane)
if (dies !== undefined) {
  await run(dies.key, (attempt) => {
    if (dies.refuses) attempt.rejected()
    pass('in-handler')
    return 'placed'
  })
}
if (storm !== undefined) {
  // The store is open before it says so, so that the storm is one of claims and not of openings.
  await run(`ready-${process.pid}`, () => 'ready')
  process.on('message', async () => process.send?.({ results: await stormOf(storm) }))
  process.send?.('ready')
}
