import { decodeKeptRequest } from './kept-request.ts'
import type { InProgress, Receipt, StoreTime } from './receipt.ts'
import { placeOf } from './standing.ts'
import type { AbandonedQuery, ListFilter } from './store.ts'

/** Whether a receipt is one that an operator asked to see. */
export function matchesFilter(receipt: Receipt, filter: ListFilter, now: StoreTime): boolean {
  const ageMs = now - receipt.createdAt
  return (
    (filter.place === undefined || placeOf(receipt, now) === filter.place) &&
    (filter.tenant === undefined || receipt.tenant === filter.tenant) &&
    (filter.operation === undefined || receipt.operation === filter.operation) &&
    (filter.key === undefined || receipt.key === filter.key) &&
    (filter.olderThanMs === undefined || ageMs >= filter.olderThanMs) &&
    (filter.youngerThanMs === undefined || ageMs <= filter.youngerThanMs)
  )
}

/** Whether a receipt was abandoned long enough ago, and its recovery isn't backing off. */
export function isRecoverable(
  receipt: Receipt,
  { of, forMs }: Pick<AbandonedQuery, 'of' | 'forMs'>,
  now: StoreTime,
): receipt is InProgress {
  if (receipt.state !== 'in_progress' || placeOf(receipt, now) !== 'abandoned') return false
  if (now < receipt.leaseEndsAt + forMs) return false
  if (receipt.givenUp?.as === 'in_doubt' && now < receipt.givenUp.recoverableAt) return false
  if ('operation' in of) return receipt.operation === of.operation
  return receipt.request !== null && decodeKeptRequest(receipt.request)?.by === of.keptBy
}
