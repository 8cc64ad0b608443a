import type { CrashPoint, ReceiptStore } from '../../src/core/index.ts'
import { createReceipts, nodeRuntime } from '../../src/engine/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { checkThenSet } from './check-then-set.ts'
import { CLOSE_WITHIN_MS } from './counts.ts'
import { overStore } from './over-store.ts'
import { answerOf, callFor, effectOn } from './service.ts'
import type { Answer, CallsOrder, FromWorker, HitPoint, ToWorker, WorkerTerms } from './worker-messages.ts'

// A service in a process of its own, which calls when it is told to, and dies or stops where it is told to.

const terms = JSON.parse(String(process.argv[2])) as WorkerTerms
const { file, ledger, guarantee, leaseMs } = terms
const say = (message: FromWorker): void => void process.send?.(message)

const machineClock = Date.now
let aheadMs = terms.clockAheadMs ?? 0
if (terms.clockAheadMs !== undefined) Date.now = () => machineClock() + aheadMs

let stopped = false
function pass(point: HitPoint): void {
  if (point === terms.diesAt) process.kill(process.pid, 'SIGKILL')
  if (point !== terms.stopsAt || stopped) return
  stopped = true
  process.kill(process.pid, 'SIGSTOP')
}

// SQLite's own point within a settle replaces the engine's around it, which has the same name.
const inTransaction = (terms.diesAt ?? terms.stopsAt) === 'in the transaction'
const receipts = createReceipts({
  store: openStore(),
  runtime: { ...nodeRuntime, reach: pass },
  onEvent: ({ type }) => {
    if (type === 'waiting' || type === 'claim_lost') say({ say: type })
  },
})
const operation = receipts.operation<string>('charge', {
  guarantee,
  lease: `${leaseMs}ms`,
  wait: terms.wait ?? '30s',
})
const goOn = new AbortController()
let closing = false

process.on('message', (order: ToWorker) => {
  switch (order.do) {
    case 'call':
      return void call(order)
    case 'call on and on':
      for (let lane = 0; lane < order.atATime; lane += 1) void callOnAndOn(lane)
      return
    case 'go on':
      return goOn.abort()
    case 'step the clock':
      aheadMs += order.byMs
      return
    case 'close':
      return void close()
  }
})
process.on('SIGTERM', () => void close())
// Nobody is left to say that it is over. What closes has its time to end by itself, and no more than that.
process.on('disconnect', () => {
  if (!closing) process.exit(1)
  setTimeout(() => process.exit(1), CLOSE_WITHIN_MS).unref()
})

// The file is opened before it says so, so that a storm is one of claims and not of openings.
await receipts.sweep()
say({ say: 'ready' })

function openStore(): ReceiptStore {
  // With `reach` the store does everything on this thread, and has no other clock than this thread's.
  const onThisThread = inTransaction || terms.clockAheadMs !== undefined
  const reach = (point: CrashPoint): void => {
    if (inTransaction && point === 'during-settle') pass('in the transaction')
  }
  const store = sqliteStore(file, onThisThread ? { reach } : {})
  if (terms.broken === 'check-then-set') return checkThenSet(store)
  return overStore(store, {
    async settle(...all) {
      const answer = await store.settle(...all)
      pass('unanswered')
      return answer
    },
  })
}

async function call({ key, calls, effectMs }: CallsOrder): Promise<void> {
  const answers = await Promise.all(Array.from({ length: calls }, () => callOnce(key, effectMs)))
  say({ say: 'answers', answers, endedAt: Date.now() })
}

async function callOnAndOn(lane: number): Promise<void> {
  for (let number = 1; ; number += 1) {
    const key = `order-${process.pid}-${lane}-${number}`
    // Of no two lanes alike, so that they don't come to the store in step.
    say({ say: 'answer', key, answer: await callOnce(key, Math.random() * 20) })
  }
}

function callOnce(key: string, effectMs: number): Promise<Answer> {
  const begun = (): void => say({ say: 'effect' })
  return answerOf(operation.once(callFor(key), effectOn(ledger, key, effectMs, begun, goOn.signal)))
}

/** It ends when nothing is left to do, and not by an `exit()` that would hide what is. */
async function close(): Promise<void> {
  if (closing) return
  closing = true
  say({ say: 'closing' })
  await receipts.close()
  process.disconnect()
}
