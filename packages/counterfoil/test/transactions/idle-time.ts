import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { callFor } from './call.ts'
import { orders, receiptsOn } from './ground.ts'
import type { PostgresGround } from './postgres-ground.ts'

/** `postgres` is left out: see docs/transactions.md. */
export function itSurvivesItsIdleTime<Tx>(name: string, prepare: () => Promise<PostgresGround<Tx>>): void {
  it(`begins anew on ${name} where the server ended a transaction that was idle for too long`, async () => {
    const ground = await prepare()
    // As docs/transactions.md says.
    ground.pool.on('connect', (client) => client.on('error', () => undefined))
    const operation = orders(receiptsOn(ground).receipts)
    let runs = 0
    const result = await operation.onceInTransaction(callFor('a'), async (tx, attempt) => {
      runs += 1
      await ground.effect('a', () => 0)(tx, attempt)
      if (runs > 1) return 'placed'
      await ground.exec(tx, `SET LOCAL idle_in_transaction_session_timeout = '50ms'`)
      await sleep(300)
      return 'lost'
    })
    expect(result).toMatchObject({ value: 'placed', replayed: false })
    expect(runs).toBe(2)
    expect(await ground.effects('a')).toBe(1)
    expect(await ground.disagreements()).toEqual([])
  })
}
