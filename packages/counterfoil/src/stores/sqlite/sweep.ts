import { decideSweep, type StoreTime, type SweepAnswer } from '../../core/index.ts'
import type { StoreClock } from './clock.ts'
import { COLUMNS_WITHOUT_BYTES, receiptOf } from './row.ts'
import { rowOf, type Tables } from './tables.ts'

/** So many receipts to a transaction: claims wait for one batch, a few milliseconds, and never for the whole sweep. */
export const SWEEP_BATCH = 200

/**
 * One batch, inside a transaction. The index says which receipts are due; `decideSweep` says, of each as it is now,
 * what becomes of it. A living lease is in the index only with the end of its retention, so it is not even looked at.
 */
export function sweepBatch(tables: Tables, limit: number, clock: StoreClock): SweepAnswer {
  const now = clock.now()
  const due = tables.receipts(DUE).all(now, limit + 1)
  const answer = { dropped: 0, removed: 0, entombed: [] as SweepAnswer['entombed'][number][] }
  for (const row of due.slice(0, limit)) {
    const receipt = receiptOf(rowOf(row))
    const decision = decideSweep(receipt, now)
    if (decision.kind === 'remove') {
      tables.remove(receipt)
      answer.removed += 1
    } else if (decision.kind === 'drop_bytes') {
      tables.update(decision.receipt)
      answer.dropped += 1
    } else if (decision.kind === 'entomb') {
      tables.update(decision.receipt)
      tables.dropSteps(receipt.incarnation)
      answer.entombed.push({ id: receipt.id, tenant: receipt.tenant, operation: receipt.operation })
    }
  }
  return { ...answer, more: due.length > limit }
}

/** Asked without a transaction, so that a sweep with nothing to do takes no lock. */
export function anythingDue(tables: Tables, now: StoreTime): boolean {
  return (
    tables.prepared('SELECT 1 FROM counterfoil_receipts WHERE sweep_due_at <= ? LIMIT 1').get(now) !==
    undefined
  )
}

const DUE = `
SELECT ${COLUMNS_WITHOUT_BYTES}
FROM counterfoil_receipts WHERE sweep_due_at <= ? ORDER BY sweep_due_at LIMIT ?`
