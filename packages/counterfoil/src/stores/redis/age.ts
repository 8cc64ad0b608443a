import { aged, type ReceiptId } from '../../core/index.ts'
import { decideAndWrite, type Made, type Place } from './replace.ts'

/** For tests: the receipt's times move into the past, and with them the moment at which Redis forgets it. */
export async function age(place: Place, id: ReceiptId, ms: number): Promise<void> {
  await decideAndWrite(place, id, undefined, ({ receipt }): Made<undefined> => {
    return receipt === undefined
      ? { answer: undefined, write: 'nothing' }
      : { answer: undefined, write: 'receipt', receipt: aged(receipt, ms), steps: 'keep' }
  })
}
