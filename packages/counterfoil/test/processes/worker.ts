import type { ReachCrashPoint } from '../../src/core/index.ts'
import { createReceipts, nodeRuntime } from '../../src/engine/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { answerOf, callFor, effectOn } from './service.ts'
import type { FromWorker, ToWorker, WorkerTerms } from './worker-messages.ts'

// A service in a process of its own, which calls when it is told to, and dies where it is told to.

const { file, ledger, guarantee, leaseMs, diesAt } = JSON.parse(String(process.argv[2])) as WorkerTerms
const say = (message: FromWorker): void => void process.send?.(message)
const dieAt =
  (point: WorkerTerms['diesAt']): ReachCrashPoint =>
  (reached) => {
    if (reached === point) process.kill(process.pid, 'SIGKILL')
  }

const inTransaction = diesAt === 'in the transaction'
const receipts = createReceipts({
  store: sqliteStore(file, inTransaction ? { reach: dieAt('during-settle') } : {}),
  runtime: { ...nodeRuntime, reach: dieAt(inTransaction ? undefined : diesAt) },
  onEvent: ({ type }) => {
    if (type === 'waiting') say({ say: 'waiting' })
  },
})
const operation = receipts.operation<string>('charge', { guarantee, lease: `${leaseMs}ms`, wait: '30s' })

process.on('message', async (order: ToWorker) => {
  if (order.do === 'close') {
    await receipts.close()
    process.disconnect()
    return
  }
  const begun = (): void => say({ say: 'effect' })
  const answers = await Promise.all(
    Array.from({ length: order.calls }, () =>
      answerOf(operation.once(callFor(order.key), effectOn(ledger, order.key, order.effectMs, begun))),
    ),
  )
  say({ say: 'answers', answers })
})
process.on('SIGTERM', async () => {
  await receipts.close()
  process.disconnect()
})

// The file is opened before it says so, so that a storm is one of claims and not of openings.
await receipts.sweep()
say({ say: 'ready' })
