import { createReceipts, nodeRuntime } from '../../src/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { callFor } from './call.ts'
import type { AnyAttempt } from './ground.ts'
import { sqliteEffect } from './sqlite-side.ts'
import type { HitPoint, StoreTerms, WorkerTerms } from './worker-terms.ts'

// A service in a process of its own, whose calls are in transactions, and which dies where it is told to.

const { store, dies, lanes = 0 } = JSON.parse(String(process.argv[2])) as WorkerTerms
let calls = 0

function pass(point: HitPoint): void {
  if (point === dies?.at) process.kill(process.pid, 'SIGKILL')
}

type Run = (key: string, then: (attempt: AnyAttempt) => string) => Promise<unknown>

function runOn(terms: StoreTerms): Run {
  const receipts = createReceipts({
    store: sqliteStore(terms.path),
    sweep: 'off',
    runtime: { ...nodeRuntime, reach: (point) => pass(point as HitPoint) },
  })
  const operation = receipts.transactional('place-order', {})
  return (key, then) => operation.onceInTransaction(callFor(key), sqliteEffect(key, then))
}

async function callOnAndOn(run: Run, lane: number): Promise<void> {
  for (let number = 1; ; number += 1) {
    await run(`${process.pid}-${lane}-${number}`, () => 'placed')
    calls += 1
    process.send?.({ calls })
  }
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
