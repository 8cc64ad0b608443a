import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { MEASURED_AMONG, RECEIPT_BYTES, SWEPT_PER_SECOND } from '../../src/design/sizing/measured.ts'

interface Grown {
  readonly store: 'sqlite' | 'postgres' | 'redis'
  readonly receipts: number
  readonly bytesAReceipt: number
  readonly sweep: { readonly removed: number; readonly tookMs: number }
}

const { rows } = JSON.parse(
  readFileSync(new URL('../../../../docs/benchmarks/growth.json', import.meta.url), 'utf8'),
) as { rows: readonly Grown[] }

const OUTCOME_BYTES = 1024

function measured(store: Grown['store']): Grown {
  const row = rows.find((each) => each.store === store && each.receipts === MEASURED_AMONG)
  if (row === undefined) throw new Error(`growth.json has nothing of ${store} among a million receipts`)
  return row
}

it.each(['sqlite', 'postgres', 'redis'] as const)('counts for a receipt what was measured: %s', (store) => {
  const ratio = (RECEIPT_BYTES[store] + OUTCOME_BYTES) / measured(store).bytesAReceipt
  expect(ratio).toBeGreaterThan(0.9)
  expect(ratio).toBeLessThan(1.1)
})

it.each(['sqlite', 'postgres'] as const)('promises no faster sweep than was measured: %s', (store) => {
  const { removed, tookMs } = measured(store).sweep
  expect(SWEPT_PER_SECOND[store]).toBeLessThan((removed / tookMs) * 1000 * 1.1)
})
