import type { Receipt, ReceiptId, StoreTime } from '../../core/index.ts'
import type { Primary, Reply } from './drivers/driver.ts'
import type { Place } from './replace.ts'
import * as scripts from './scripts.ts'
import { unpacked } from './stored.ts'

/** So many keys are looked at in one go: a fraction of a millisecond of the server's time. */
export const SCAN_KEYS = 500

/** Which receipts are meant. A walk may still give others: it only spares their reading. */
export interface Wanted {
  /** Letters of states; absent for all. */
  readonly states?: string
  readonly atUntil?: StoreTime
  readonly dueUntil?: StoreTime
  readonly createdUntil?: StoreTime
  readonly createdFrom?: StoreTime
}

/** A receipt's head, and its key. */
export interface Sight {
  readonly key: string
  readonly head: Buffer
  /** Of the whole receipt, in bytes. */
  readonly length: number
}

/**
 * Everything that is kept, by SCAN: a stretch at a time on every primary, so that no other command waits for more than a
 * stretch. What is there from the walk's beginning to its end is met, maybe twice (Redis manual, SCAN, "Scan
 * guarantees"). It takes no index, which every claim and settle would pay for.
 *
 * @param wanted asked before every stretch, since it may narrow.
 */
export async function* walk({ server, keys }: Place, wanted: () => Wanted): AsyncGenerator<readonly Sight[]> {
  for (const primary of await server.primaries()) {
    let cursor = '0'
    do {
      const { states = '', atUntil, dueUntil, createdUntil, createdFrom = 0 } = wanted()
      const [next, ...found] = (await server.runOn(primary, scripts.scan, [
        cursor,
        keys.pattern,
        String(SCAN_KEYS),
        states,
        bound(atUntil),
        bound(dueUntil),
        bound(createdUntil),
        String(createdFrom),
      ])) as readonly [Buffer, ...Reply[]]
      cursor = next.toString()
      yield sightsIn(found)
    } while (cursor !== '0')
  }
}

/** The receipts of these keys; without those that have gone meanwhile. */
export async function readAll(
  { server, keys }: Place,
  ids: readonly ReceiptId[],
): Promise<{ receipt: Receipt; bytes: Buffer }[]> {
  const found = await Promise.all(
    ids.map(async (id) => {
      const bytes = (await server.send(keys.receipt(id), ['GET', keys.receipt(id)])) as Buffer | null
      return bytes === null ? [] : [{ receipt: unpacked(id, bytes), bytes }]
    }),
  )
  return found.flat()
}

/** The time of the server; of a Cluster, that of one of its nodes. */
export async function timeOf({ server }: Place): Promise<StoreTime> {
  const [primary] = await server.primaries()
  const [seconds, micros] = (await server.sendTo(primary as Primary, ['TIME'])) as readonly Buffer[]
  return Number(String(seconds)) * 1000 + Math.floor(Number(String(micros)) / 1000)
}

function bound(until: StoreTime | undefined): string {
  return until === undefined ? 'inf' : String(until)
}

function sightsIn(found: readonly Reply[]): Sight[] {
  const sights: Sight[] = []
  for (let at = 0; at < found.length; at += 3) {
    const [key, head, length] = found.slice(at, at + 3) as [Buffer, Buffer, number]
    sights.push({ key: key.toString(), head, length })
  }
  return sights
}
