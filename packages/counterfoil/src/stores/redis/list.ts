import {
  type AbandonedQuery,
  countsByPlace,
  type InProgress,
  isRecoverable,
  type ListAnswer,
  type ListFilter,
  MAX_PAGE,
  matchesFilter,
  type Page,
  type Receipt,
  type StoreStats,
  type StoreTime,
} from '../../core/index.ts'
import type { Keyspace } from './keyspace.ts'
import { createdIn, endedIn, placeIn, RECOVERABLE } from './packing.ts'
import { readAll, type Sight, timeOf, walk } from './walk.ts'

/** Receipts that are read at a time, where many are. */
const READ_TOGETHER = 100

/**
 * One walk a page: of all that match, the newest after `page.after` are kept, and no others are read once a page is full
 * of newer ones.
 */
export async function list(keyspace: Keyspace, filter: ListFilter, page: Page): Promise<ListAnswer> {
  const limit = Math.max(1, Math.min(MAX_PAGE, page.limit))
  const now = await timeOf(keyspace)
  const after = page.after ?? LAST
  let newest: Listed[] = []
  const oldest = (): string => (newest.length > limit ? (newest[limit] as Listed).at : '')
  const wanted = (): { createdUntil: StoreTime; createdFrom: StoreTime } => ({
    createdUntil: Math.min(createdAt(after), now - (filter.olderThanMs ?? 0)),
    createdFrom: Math.max(createdAt(oldest()), now - (filter.youngerThanMs ?? Number.POSITIVE_INFINITY)),
  })
  for await (const { sights } of walk(keyspace, wanted)) {
    const ids = sights
      .map((sight) => ({ id: keyspace.keys.id(sight.key), created: createdIn(sight.head) }))
      .filter(({ id, created }) => {
        const at = placeInList(created, id)
        return at < after && at > oldest() && newest.every((listed) => listed.at !== at)
      })
      .map(({ id }) => id)
    for (const { receipt } of await readAll(keyspace, ids)) {
      if (matchesFilter(receipt, filter, now))
        newest.push({ at: placeInList(receipt.createdAt, receipt.id), receipt })
    }
    newest = newest.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, limit + 1)
  }
  const receipts = newest.slice(0, limit).map(({ receipt }) => receipt)
  const last = newest[limit - 1]
  return newest.length > limit && last ? { receipts, next: last.at, now } : { receipts, now }
}

interface Listed {
  readonly at: string
  readonly receipt: Receipt
}

export async function findAbandoned(keyspace: Keyspace, query: AbandonedQuery): Promise<InProgress[]> {
  const now = await timeOf(keyspace)
  const lapsed: Sight[] = []
  for await (const { sights } of walk(keyspace, () => ({
    states: RECOVERABLE,
    atUntil: now - query.forMs,
  }))) {
    lapsed.push(...sights)
  }
  const ids = [
    ...new Set(
      lapsed.sort((a, b) => endedIn(a.head) - endedIn(b.head)).map(({ key }) => keyspace.keys.id(key)),
    ),
  ]
  const found: InProgress[] = []
  for (let from = 0; from < ids.length && found.length < query.limit; from += READ_TOGETHER) {
    const receipts = await readAll(keyspace, ids.slice(from, from + READ_TOGETHER))
    found.push(...receipts.flatMap(({ receipt }) => (isRecoverable(receipt, query, now) ? [receipt] : [])))
  }
  return found.slice(0, query.limit)
}

export async function stats(keyspace: Keyspace): Promise<StoreStats> {
  const now = await timeOf(keyspace)
  const places = countsByPlace()
  let bytes = 0
  for await (const { sights } of walk(keyspace, () => ({ lengths: true }))) {
    for (const { key, head, length } of sights) {
      places[placeIn(head, now)] += 1
      bytes += key.length + length + OVERHEAD_BYTES
    }
  }
  return { places, bytes }
}

/** What Redis 7.0 adds to a key and its value, with an expiry: measured by MEMORY USAGE over 1,000 receipts. */
const OVERHEAD_BYTES = 100

/** After every place in the list. */
const LAST = '~'

/** Sorts by creation; the id tells apart those of one moment. */
function placeInList(created: StoreTime, id: string): string {
  return `${Math.max(0, created).toFixed(3).padStart(20, '0')}-${id}`
}

/** Of a place in the list: infinitely late for the one after all, and 0 for none. */
function createdAt(place: string): StoreTime {
  return place === LAST ? Number.POSITIVE_INFINITY : Number(place.slice(0, 20))
}
