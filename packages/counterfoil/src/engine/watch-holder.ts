import { placeOf, type Reading, type Receipt, StoreUnavailable } from '../core/index.ts'
import { Bell } from './bell.ts'
import type { Engine } from './engine.ts'

/** The attempt that holds a claim. */
export interface Holder {
  readonly incarnation: string
  readonly attempt: number
}

/** A holder is looked at again after this long even if nobody said that it changed. */
const LOOK_AGAIN_MS = 5_000
/** How long to leave a store alone that would not answer. */
const STORE_PAUSE_MS = 200

/**
 * Waits, by one subscription, until the holder's attempt has an outcome.
 * @param sawLease told of the holder's lease each time that it is looked at.
 * @returns `undefined` where there will be none: it died, gave back, or the receipt is another one now. Claim again.
 */
export async function watchHolder(
  engine: Engine,
  waiter: { readonly id: string; readonly credentials: string | null },
  holder: Holder,
  everybodyLeft: Promise<void>,
  sawLease: (leftMs: number) => void,
): Promise<Receipt | undefined> {
  const bell = new Bell(engine.runtime)
  let left = false
  everybodyLeft.then(() => {
    left = true
    bell.ring()
  })
  const watch = engine.store.watch(waiter.id, () => bell.ring())
  try {
    while (!left) {
      const reading = await look(engine, waiter.id)
      const sight = reading ? sightOf(reading, waiter.credentials, holder) : { untilMs: STORE_PAUSE_MS }
      if (sight === 'none_to_come') return undefined
      if ('receipt' in sight) return sight.receipt
      if ('leaseLeftMs' in sight) sawLease(sight.leaseLeftMs)
      await bell.wait(sight.untilMs)
    }
    return undefined
  } finally {
    watch.stop()
  }
}

/** The encoded outcome that those who waited on a receipt's attempt get; `null` where it has none. */
export function outcomeFor(receipt: Receipt): Uint8Array | null {
  if (receipt.state !== 'in_progress') return receipt.outcome
  return receipt.givenUp?.as === 'in_doubt' ? receipt.givenUp.refusal : null
}

function sightOf(
  { receipt, now }: Reading,
  credentials: string | null,
  holder: Holder,
):
  | { readonly receipt: Receipt }
  | { readonly leaseLeftMs: number; readonly untilMs: number }
  | 'none_to_come' {
  const place = placeOf(receipt, now)
  if (
    receipt === undefined ||
    place === 'absent' ||
    place === 'tombstone' ||
    receipt.incarnation !== holder.incarnation ||
    receipt.credentials !== credentials ||
    receipt.attempt < holder.attempt
  ) {
    return 'none_to_come'
  }
  // One millisecond more: the store's clock must have reached the end of the lease, not only come near it.
  if (place === 'in_progress' && receipt.state === 'in_progress') {
    const leaseLeftMs = receipt.leaseEndsAt - now
    return { leaseLeftMs, untilMs: Math.min(leaseLeftMs + 1, LOOK_AGAIN_MS) }
  }
  return outcomeFor(receipt) === null ? 'none_to_come' : { receipt }
}

/** A store that doesn't answer for a moment costs the waiters that moment, and not their wait. */
async function look(engine: Engine, id: string): Promise<Reading | undefined> {
  try {
    return await engine.store.read(id)
  } catch (error) {
    if (error instanceof StoreUnavailable && error.fault !== 'closed') return undefined
    throw error
  }
}
