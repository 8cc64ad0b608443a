import { aged, type ReceiptId } from '../../core/index.ts'
import type { Executor } from './executor.ts'
import type { Names } from './names.ts'
import { insist } from './races.ts'
import { read } from './read.ts'
import { replace } from './replace.ts'

/** For tests: the receipt's times move into the past, and with them its place in the list. */
export async function age(executor: Executor, names: Names, id: ReceiptId, ms: number): Promise<void> {
  await insist('an ageing', async () => {
    const { stored } = await read(executor, names, id)
    return (
      stored === undefined || (await replace(executor, names, stored, aged(stored.receipt, ms))) || undefined
    )
  })
}
