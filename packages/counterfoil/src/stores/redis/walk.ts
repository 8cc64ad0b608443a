import type { Receipt, ReceiptId, StoreTime } from '../../core/index.ts'
import type { Primary, Reply } from './drivers/driver.ts'
import type { Keyspace } from './keyspace.ts'
import { unpacked } from './read.ts'
import * as scripts from './scripts.ts'

/** So many keys are looked at in one go. */
const SCAN_KEYS = 100

/** Which receipts are meant. A walk may still give others: it only spares their reading. */
export interface Wanted {
  /** Letters of states; absent for all. */
  readonly states?: string
  readonly atUntil?: StoreTime
  readonly dueUntil?: StoreTime
  readonly createdUntil?: StoreTime
  readonly createdFrom?: StoreTime
  /** Whether their lengths are wanted too. */
  readonly lengths?: true
}

export interface Stretch {
  /** Where it begins. */
  readonly at: Position
  /** Receipts that were looked at. */
  readonly met: number
  /** Those of them that may be meant. */
  readonly sights: readonly Sight[]
}

/** A receipt's head, and its key. */
export interface Sight {
  readonly key: string
  readonly head: Buffer
  /** Of the whole receipt, in bytes; 0 where it wasn't asked for. */
  readonly length: number
}

/** A place in a walk, to go on from. */
export interface Position {
  readonly primary: number
  readonly cursor: string
}

export const BEGINNING: Position = { primary: 0, cursor: '0' }

/**
 * Everything that is kept, by SCAN: a stretch at a time on every primary, so that no other command waits for more than a
 * stretch. What is there from the walk's beginning to its end is met, maybe twice (Redis manual, SCAN, "Scan
 * guarantees"). It takes no index, which every claim and settle would pay for.
 *
 * @param wanted asked before every stretch, since it may narrow.
 * @param from where an earlier walk was left: that comes first, and what it had met comes last.
 */
export async function* walk(
  { server, keys }: Keyspace,
  wanted: () => Wanted,
  from: Position = BEGINNING,
): AsyncGenerator<Stretch> {
  const primaries = await server.primaries()
  for (const turn of turnsFrom(from, primaries.length)) {
    let { cursor } = turn
    do {
      const { states = '', atUntil, dueUntil, createdUntil, createdFrom = 0, lengths } = wanted()
      const [next, met, ...found] = (await server.runOn(primaries[turn.primary] as Primary, scripts.scan, [
        cursor,
        keys.pattern,
        String(SCAN_KEYS),
        states,
        bound(atUntil),
        bound(dueUntil),
        bound(createdUntil),
        String(createdFrom),
        lengths ? 'length' : '',
      ])) as readonly [Buffer, number, ...Reply[]]
      yield { at: { primary: turn.primary, cursor }, met, sights: sightsIn(found) }
      cursor = next.toString()
    } while (cursor !== '0')
  }
}

/** There may be fewer primaries than when the place was noted. */
function turnsFrom({ primary, cursor }: Position, primaries: number): Position[] {
  const first = primary % primaries
  const turns = Array.from({ length: primaries }, (_, index) => ({
    primary: (first + index) % primaries,
    cursor: index === 0 ? cursor : '0',
  }))
  return cursor === '0' ? turns : [...turns, { primary: first, cursor: '0' }]
}

/** The receipts of these keys; without those that have gone meanwhile. */
export async function readAll(
  { server, keys }: Keyspace,
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
export async function timeOf({ server }: Keyspace): Promise<StoreTime> {
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
