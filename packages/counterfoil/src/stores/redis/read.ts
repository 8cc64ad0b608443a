import type { Receipt, ReceiptId, StoreTime } from '../../core/index.ts'
import type { Reply } from './drivers/driver.ts'
import { NotAReceipt, unavailable } from './faults.ts'
import type { Keyspace } from './keyspace.ts'
import { latestIn, unpack } from './packing.ts'
import * as scripts from './scripts.ts'

/** What is stored under a key, and the server's time of reading it. */
export interface Stored {
  readonly bytes: Buffer | undefined
  readonly receipt: Receipt | undefined
  readonly now: StoreTime
}

export async function read({ server, keys }: Keyspace, id: ReceiptId): Promise<Stored> {
  return storedIn(id, await server.run(scripts.read, [keys.receipt(id)], []))
}

/**
 * What a script found. The server's wall clock may be set back: for a receipt, time never runs backwards.
 * @throws {StoreUnavailable} where it is no receipt that this version can read.
 */
export function storedIn(id: ReceiptId, reply: Reply): Stored {
  const [bytes, now] = reply as readonly [Buffer | null, number]
  if (bytes === null) return { bytes: undefined, receipt: undefined, now }
  if (!Buffer.isBuffer(bytes)) throw unavailable(new NotAReceipt(undefined))
  const receipt = unpacked(id, bytes)
  return { bytes, receipt, now: Math.max(now, latestIn(receipt)) }
}

/** @throws {StoreUnavailable} */
export function unpacked(id: ReceiptId, bytes: Buffer): Receipt {
  try {
    return unpack(id, bytes)
  } catch (error) {
    throw unavailable(error instanceof NotAReceipt ? error : new NotAReceipt(undefined))
  }
}
