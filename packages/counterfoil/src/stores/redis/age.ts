import { aged, type ReceiptId } from '../../core/index.ts'
import type { Keyspace } from './keyspace.ts'
import { decideAndWrite, type Made } from './replace.ts'

/** For tests: the receipt's times move into the past, and with them the moment at which Redis forgets it. */
export async function age(keyspace: Keyspace, id: ReceiptId, ms: number): Promise<void> {
  await decideAndWrite(keyspace, id, undefined, ({ receipt }): Made<undefined> => {
    return receipt === undefined
      ? { answer: undefined, write: 'nothing' }
      : { answer: undefined, write: 'receipt', receipt: aged(receipt, ms), steps: 'keep' }
  })
}
