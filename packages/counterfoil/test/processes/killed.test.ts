import { describe, expect, it, type TestContext } from 'vitest'
import { type GuaranteeName, placeOf } from '../../src/core/index.ts'
import { createReceipts, type OperationOptions } from '../../src/engine/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { KILLS_PER_POINT } from './counts.ts'
import { effectsOf } from './ledger.ts'
import { faultsIn } from './legal.ts'
import { answerOf, callFor, effectOn, recoverFrom } from './service.ts'
import { idOf, integrityOf } from './stored.ts'
import type { Answer, HitPoint } from './worker-messages.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

const LEASE_MS = 800

/** What the process leaves behind, and what a retry after the lease comes to. `lines` are the effects in the end. */
interface Row {
  readonly diesAt: HitPoint
  readonly guarantee: GuaranteeName
  readonly recover?: true
  readonly leaves: 'absent' | 'abandoned' | 'succeeded'
  readonly retryGets: Answer
  readonly lines: number
}

const unknown: Answer = { code: 'outcome_unknown' }
const ran = (attempt: number): Answer => ({ value: `key by attempt ${attempt}`, replayed: false, attempt })
const replay: Answer = { value: 'key by attempt 1', replayed: true, attempt: 1 }
const found: Answer = { value: 'key by the ledger', replayed: true, attempt: 2 }

// biome-ignore format: a table is read by its columns
const rows: readonly Row[] = [
  { diesAt: 'before-claim',       guarantee: 'at-most-once',                 leaves: 'absent',    retryGets: ran(1),  lines: 1 },
  { diesAt: 'after-claim',        guarantee: 'at-most-once',                 leaves: 'abandoned', retryGets: unknown, lines: 0 },
  { diesAt: 'after-claim',        guarantee: 'at-most-once',  recover: true, leaves: 'abandoned', retryGets: ran(2),  lines: 1 },
  { diesAt: 'after-effect',       guarantee: 'at-most-once',                 leaves: 'abandoned', retryGets: unknown, lines: 1 },
  { diesAt: 'after-effect',       guarantee: 'at-most-once',  recover: true, leaves: 'abandoned', retryGets: found,   lines: 1 },
  { diesAt: 'during-settle',      guarantee: 'at-most-once',                 leaves: 'abandoned', retryGets: unknown, lines: 1 },
  { diesAt: 'during-settle',      guarantee: 'at-most-once',  recover: true, leaves: 'abandoned', retryGets: found,   lines: 1 },
  { diesAt: 'in the transaction', guarantee: 'at-most-once',                 leaves: 'abandoned', retryGets: unknown, lines: 1 },
  { diesAt: 'in the transaction', guarantee: 'at-most-once',  recover: true, leaves: 'abandoned', retryGets: found,   lines: 1 },
  { diesAt: 'unanswered',         guarantee: 'at-most-once',                 leaves: 'succeeded', retryGets: replay,  lines: 1 },
  { diesAt: 'after-settle',       guarantee: 'at-most-once',                 leaves: 'succeeded', retryGets: replay,  lines: 1 },
  { diesAt: 'before-claim',       guarantee: 'at-least-once',                leaves: 'absent',    retryGets: ran(1),  lines: 1 },
  { diesAt: 'after-claim',        guarantee: 'at-least-once',                leaves: 'abandoned', retryGets: ran(2),  lines: 1 },
  { diesAt: 'after-effect',       guarantee: 'at-least-once',                leaves: 'abandoned', retryGets: ran(2),  lines: 2 },
  { diesAt: 'during-settle',      guarantee: 'at-least-once',                leaves: 'abandoned', retryGets: ran(2),  lines: 2 },
  { diesAt: 'in the transaction', guarantee: 'at-least-once',                leaves: 'abandoned', retryGets: ran(2),  lines: 2 },
  { diesAt: 'unanswered',         guarantee: 'at-least-once',                leaves: 'succeeded', retryGets: replay,  lines: 1 },
  { diesAt: 'after-settle',       guarantee: 'at-least-once',                leaves: 'succeeded', retryGets: replay,  lines: 1 },
]

// At once: each row only waits for its own lease to end.
describe.concurrent(`a worker killed with kill -9, ${KILLS_PER_POINT} times at each point`, () => {
  it.for(rows)(
    '$diesAt, $guarantee, recover: $recover → leaves $leaves; a retry gets $retryGets; $lines effects',
    async (row, test) => {
      for (let kills = 0; kills < KILLS_PER_POINT; kills += 1) await killAndRetry(row, test)
    },
  )
})

async function killAndRetry(
  { diesAt, guarantee, recover, leaves, retryGets, lines }: Row,
  { onTestFinished }: TestContext,
): Promise<void> {
  const { file, ledger } = freshFolder(onTestFinished)
  const key = 'key'
  const worker = await WorkerProcess.start(
    { file, ledger, guarantee, leaseMs: LEASE_MS, diesAt },
    onTestFinished,
  )
  await worker.diesOf({ key, calls: 1, effectMs: 1 })

  const store = sqliteStore(file)
  const receipts = createReceipts({ store })
  onTestFinished(() => receipts.close())
  const left = await store.read(idOf(key))
  const { receipt, now } = left
  const leaseLeftMs = receipt?.state === 'in_progress' ? receipt.leaseEndsAt - now : 0
  expect(placeOf(receipt, now + leaseLeftMs)).toBe(leaves)

  const options: OperationOptions<string> = { guarantee, lease: `${LEASE_MS}ms`, wait: '30s' }
  const operation = receipts.operation<string>('charge', {
    ...options,
    ...(recover ? { recover: recoverFrom(ledger) } : {}),
  })
  const retry = operation.once(
    callFor(key),
    effectOn(ledger, key, 1, () => undefined),
  )
  expect(await answerOf(retry)).toEqual(retryGets)
  expect(effectsOf(ledger, key)).toBe(lines)
  const after = await store.read(idOf(key))
  expect(placeOf(after.receipt, after.now)).toBe(retryGets === unknown ? 'abandoned' : 'succeeded')
  expect(faultsIn([left, after])).toEqual([])
  await receipts.close()
  expect(integrityOf(file)).toBe('ok')
}
