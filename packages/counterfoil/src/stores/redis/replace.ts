import { type Receipt, type ReceiptId, StoreUnavailable } from '../../core/index.ts'
import { STORE_NAME } from './faults.ts'
import type { Keyspace } from './keyspace.ts'
import { expiresAt, hasSteps, pack, standOf } from './packing.ts'
import { read, type Stored, storedIn } from './read.ts'
import * as scripts from './scripts.ts'

/** What a decision makes of the stored receipt: its answer, and the receipt to be stored where something is written. */
export type Made<T> =
  | { readonly answer: T; readonly write: 'nothing' }
  | {
      readonly answer: T
      readonly write: 'receipt'
      readonly receipt: Receipt
      readonly steps: 'keep' | 'drop'
    }
  | { readonly answer: T; readonly write: 'removal' }

/** Each time that a write comes to nothing somebody else's was made: nobody is overtaken so often. */
const MOST_TRIES = 1000

/**
 * Reads, decides and writes, as often as somebody else writes in between: compare-and-set.
 *
 * The decision is made on a `now` that is one round trip old when the write is made. It is sound, because the script
 * writes only where every byte is as it was at that `now`: the decision is the one of that moment, which lies within the
 * call, and nobody has written since. What time alone changes between the two is what it would have changed if the write
 * had been made at once: a lease that had lapsed has still lapsed, since only a write renews it; a lease that was given
 * ends counted from the earlier moment, and so never later than it should; and a receipt that Redis has forgotten in
 * between is no longer the same bytes.
 *
 * @param first what was found already, if something was.
 */
export async function decideAndWrite<T>(
  keyspace: Keyspace,
  id: ReceiptId,
  first: Stored | undefined,
  decide: (stored: Stored) => Made<T>,
): Promise<T> {
  let stored = first ?? (await read(keyspace, id))
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const made = decide(stored)
    if (made.write === 'nothing') return made.answer
    const found = await replaceStored(keyspace, stored, made)
    if (found === undefined) return made.answer
    stored = found
  }
  throw new StoreUnavailable(
    STORE_NAME,
    'locked',
    'could not write, since others wrote to this receipt all the time; try again',
  )
}

/** @returns what is there instead, where it isn't what was read any more. */
async function replaceStored(
  { server, keys }: Keyspace,
  { bytes, receipt }: Stored,
  made: Exclude<Made<unknown>, { write: 'nothing' }>,
): Promise<Stored | undefined> {
  if (bytes === undefined || receipt === undefined) throw new Error('There is nothing to replace.')
  const { id, incarnation } = receipt
  const next = made.write === 'receipt' ? made.receipt : undefined
  const forgottenAt = next && expiresAt(next)
  const reply = await server.write(
    scripts.replace,
    hasSteps(bytes) ? [keys.receipt(id), keys.steps(id, incarnation)] : [keys.receipt(id)],
    [
      standOf(bytes),
      next ? pack(next) : '',
      forgottenAt === null || forgottenAt === undefined ? '' : String(forgottenAt),
      made.write === 'receipt' ? made.steps : 'drop',
    ],
  )
  return reply === 1 ? undefined : storedIn(id, reply)
}
