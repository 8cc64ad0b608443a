import type { ListFilter, Receipt, ReceiptStore, StoreTime } from 'counterfoil'
import { placeOf } from 'counterfoil'

/** Receipts read at once: they come with their bytes, which may be a megabyte each. */
export const PAGE = 100

export interface Sheet {
  readonly receipts: readonly Receipt[]
  readonly now: StoreTime
  /** Whether the list goes on. */
  readonly more: boolean
}

/** Receipts that are there for a claim too, newest first, a page at a time; at most `limit` of them. */
export async function* walk(
  store: ReceiptStore,
  filter: ListFilter,
  { limit, pageSize }: { readonly limit: number; readonly pageSize: number },
): AsyncGenerator<Sheet> {
  let left = limit
  let after: string | undefined
  while (left > 0) {
    // One more than is shown, to know whether the list goes on.
    const page = await store.list(filter, {
      limit: Math.min(pageSize, left + 1),
      ...(after !== undefined && { after }),
    })
    const living = page.receipts.filter((receipt) => placeOf(receipt, page.now) !== 'absent')
    const receipts = living.slice(0, left)
    left -= receipts.length
    after = page.next
    yield { receipts, now: page.now, more: after !== undefined || living.length > receipts.length }
    if (after === undefined) return
  }
}
