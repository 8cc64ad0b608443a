import { type Receipt, type StoreTime, sweepDueAt } from '../../core/index.ts'
import { ROUNDING_MS } from './matching.ts'
import type { Modelled } from './modelled.ts'

/** Between two of these, no decision changes but for what it says is left of a time. */
export function criticalMoments(
  receipt: Receipt | undefined,
  from: StoreTime,
  to: StoreTime,
): readonly StoreTime[] {
  const turns = receipt === undefined ? [] : turnsOf(receipt)
  const inside = turns.filter((at) => at > from && at <= to)
  return [...new Set([from, ...inside, to])].filter(Number.isFinite).toSorted((a, b) => a - b)
}

function turnsOf(receipt: Receipt): readonly StoreTime[] {
  if (receipt.state !== 'in_progress')
    return [receipt.settledAt + receipt.ttlMs, receipt.settledAt + receipt.keyRetentionMs]
  const { givenUp } = receipt
  return [
    receipt.leaseEndsAt,
    ...(givenUp?.as === 'in_doubt' ? [givenUp.recoverableAt] : []),
    sweepDueAt(receipt) ?? Number.POSITIVE_INFINITY,
  ]
}

/** By how much later what is kept may be, that matters at this moment; or earlier, by its rounding. */
export function latenesses({ receipt, lateMs }: Modelled, now: StoreTime): readonly number[] {
  if (receipt === undefined) return [0]
  const turns = turnsOf(receipt).map((at) => now - at)
  return [...new Set([0, ...turns.filter((late) => late > 0 && late < lateMs), lateMs, -ROUNDING_MS])]
}
