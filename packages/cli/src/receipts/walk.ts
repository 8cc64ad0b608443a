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
export async function* walk(store: ReceiptStore, filter: ListFilter, limit: number): AsyncGenerator<Sheet> {
  let left = limit
  let after: string | undefined
  do {
    const page = await store.list(filter, {
      limit: Math.min(PAGE, left),
      ...(after !== undefined && { after }),
    })
    const receipts = page.receipts.filter((receipt) => placeOf(receipt, page.now) !== 'absent')
    left -= receipts.length
    after = page.next
    yield { receipts, now: page.now, more: after !== undefined }
  } while (after !== undefined && left > 0)
}
