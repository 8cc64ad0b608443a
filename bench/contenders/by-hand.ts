import { hash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { groupedLane } from '../by-hand/grouped-lane.ts'
import { groupedInWorkerLane } from '../by-hand/grouped-worker-lane.ts'
import type { Lane } from '../by-hand/lane.ts'
import { stepLane } from '../by-hand/step-lane.ts'
import type { Answer, Contender, OpenContender } from '../contender.ts'
import { type Charge, chargeCard, type Order } from '../payload.ts'

const LEASE_MS = 30_000

export const openStepByStep: OpenContender = (folder) => byHand(stepLane(fileIn(folder)))
export const openGrouped: OpenContender = (folder) => byHand(groupedLane(fileIn(folder)))
export const openGroupedInWorker: OpenContender = (folder) => byHand(groupedInWorkerLane(fileIn(folder)))

function fileIn(folder: string): string {
  return join(folder, 'by-hand.db')
}

/**
 * The limit: two conditional writes around the effect, and nothing else. No lease is renewed, no abandoned claim found,
 * no other process's claim waited for; of equal requests spelt differently it knows nothing.
 */
function byHand(lane: Lane): Contender {
  const flights = new Map<string, Promise<Answer>>()

  const first = async (key: string, order: Order): Promise<Answer> => {
    const id = idOf(key)
    const token = randomUUID()
    const fingerprint = fingerprintOf(order)
    const claimed = await lane.write({
      do: 'claim',
      values: [id, 'acme', 'charge-card', key, fingerprint, token, Date.now() + LEASE_MS],
    })
    if (!claimed) return replay(key, order)
    const outcome = Buffer.from(JSON.stringify(await chargeCard()))
    const settled = await lane.write({ do: 'settle', values: [Date.now(), outcome, id, token] })
    if (!settled) throw new Error(`a claim was lost: ${key}`)
    return { value: valueIn(outcome), replayed: false }
  }

  const replay = (key: string, order: Order): Answer => {
    const row = lane.read(idOf(key))
    if (row?.fingerprint !== fingerprintOf(order) || row.outcome === null)
      throw new Error(`no outcome: ${key}`)
    return { value: valueIn(row.outcome), replayed: true }
  }

  return {
    async call(key, order) {
      const flight = flights.get(key)
      if (flight !== undefined) return { ...(await flight), replayed: true }
      const flying = first(key, order)
      flights.set(key, flying)
      try {
        return await flying
      } finally {
        flights.delete(key)
      }
    },
    retry: async (key, order) => replay(key, order),
    close: () => lane.close(),
  }
}

function valueIn(outcome: Uint8Array): Charge {
  return JSON.parse(Buffer.from(outcome).toString()) as Charge
}

function idOf(key: string): Uint8Array {
  return hash('sha256', key, 'buffer')
}

function fingerprintOf(order: Order): string {
  return hash('sha256', JSON.stringify(order), 'hex')
}
