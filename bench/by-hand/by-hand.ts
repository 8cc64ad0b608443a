import { randomUUID } from 'node:crypto'
import type { Answer, Contender } from '../contender.ts'
import { chargeCard, type Order } from '../payload.ts'
import type { Lane } from './lane.ts'
import { oneFlight } from './one-flight.ts'
import { fingerprintOf, idOf, LEASE_MS, valueIn } from './texts.ts'

/**
 * The limit: two conditional writes around the effect, and nothing else. No lease is renewed, no abandoned claim found,
 * no other process's claim waited for; of equal requests spelt differently it knows nothing.
 */
export function byHand(lane: Lane): Contender {
  const first = async (key: string, order: Order): Promise<Answer> => {
    const id = idOf(key)
    const token = randomUUID()
    const fingerprint = fingerprintOf(order)
    const claimed = await lane.write({
      do: 'claim',
      values: [id, 'acme', 'charge-card', key, fingerprint, token, Date.now() + LEASE_MS],
    })
    if (!claimed) return retry(key, order)
    const outcome = Buffer.from(JSON.stringify(await chargeCard()))
    const settled = await lane.write({ do: 'settle', values: [Date.now(), outcome, id, token] })
    if (!settled) throw new Error(`a claim was lost: ${key}`)
    return { value: valueIn(outcome), replayed: false }
  }

  const retry = async (key: string, order: Order): Promise<Answer> => {
    const row = await lane.read(idOf(key))
    if (row?.fingerprint !== fingerprintOf(order) || row.outcome === null)
      throw new Error(`no outcome: ${key}`)
    return { value: valueIn(row.outcome), replayed: true }
  }

  return { call: oneFlight(first), retry, close: () => lane.close() }
}
