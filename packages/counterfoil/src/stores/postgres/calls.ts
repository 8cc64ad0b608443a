import type { ClaimRequest, FencedAnswer } from '../../core/index.ts'
import { type Asked, askOne } from './ask.ts'
import { type Driver, LOCK_MS } from './driver.ts'
import { isHeld, wroteNothing } from './faults.ts'
import { Lane } from './lane.ts'
import type { Names } from './names.ts'
import { type SettleUnchanged, settleUnchanged } from './settle-unchanged.ts'
import { type Arrival, type Passenger, sendTogether } from './together.ts'

const MAX_BATCH = 256
/**
 * How long those that travel together wait for somebody's open transaction on one of their keys: longer than a rival's
 * commit takes to reach a slow disk, and no longer than others may be kept waiting for it.
 */
const BATCH_LOCK_MS = 200
/** How long one of a batch that was refused may take to show that it is held. */
const HELD_AFTER_MS = 20

/** The first claims and the common settles of a store, which travel together where they arrive together. */
export class Calls {
  readonly #lane: Lane<Passenger, Arrival>
  #batches = 0

  constructor(driver: Driver, names: Names) {
    this.#lane = new Lane({
      maxBatch: MAX_BATCH,
      wroteNothing,
      isHeld,
      send: async (passengers) => {
        const [only] = passengers
        if (passengers.length === 1 && only !== undefined)
          return [await sendAlone(driver, names, only, BATCH_LOCK_MS)]
        this.#batches += 1
        return await sendTogether(driver.urgent, names, passengers, BATCH_LOCK_MS, planOf(this.#batches))
      },
      alone: (passenger, waits) =>
        sendAlone(driver, names, passenger, waits === 'long' ? LOCK_MS : HELD_AFTER_MS),
    })
  }

  claim(request: ClaimRequest): Promise<Asked> {
    return this.#lane.push({ do: 'claim', request }) as Promise<Asked>
  }

  /** `undefined`: it is to be decided on what a reading finds. */
  settle(settle: SettleUnchanged): Promise<FencedAnswer | undefined> {
    return this.#lane.push({ do: 'settle', settle }) as Promise<FencedAnswer | undefined>
  }
}

/**
 * A plan that joins a batch with the table is good for a table of its time: made for a small one, it reads all of a large
 * one. Each time that as many batches again were sent as ever before, the statement is planned anew.
 */
function planOf(batches: number): number {
  return Math.floor(Math.log2(batches))
}

function sendAlone(
  driver: Driver,
  names: Names,
  passenger: Passenger,
  lockTimeoutMs: number,
): Promise<Arrival> {
  return passenger.do === 'claim'
    ? askOne(driver, names, passenger.request, lockTimeoutMs)
    : settleUnchanged(driver.urgent, names, passenger.settle, String(lockTimeoutMs))
}
