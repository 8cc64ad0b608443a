import { expect } from 'vitest'
import type { PostgresGround } from './postgres-ground.ts'

type WaitedOn = Pick<PostgresGround<unknown>, 'pool' | 'schema'>

export const WAITING = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%counterfoil_receipts%'`

/** Until a statement on the receipts waits for a lock. */
export async function somebodyWaits({ pool, schema }: WaitedOn): Promise<void> {
  await expect
    .poll(async () => (await pool.query(`${WAITING} AND query LIKE $1`, [`%${schema}%`])).rowCount, {
      timeout: 10_000,
    })
    .toBeGreaterThan(0)
}

/** Resolves for each once so many have come; from then on at once. */
export function barrier(count: number): () => Promise<void> {
  const all = Promise.withResolvers<void>()
  let came = 0
  return () => {
    came += 1
    if (came >= count) all.resolve()
    return all.promise
  }
}
