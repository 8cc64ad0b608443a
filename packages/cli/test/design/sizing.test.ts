import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { RECEIPT_BYTES } from '../../src/design/sizing/measured.ts'

interface Grown {
  readonly store: 'sqlite' | 'postgres' | 'redis'
  readonly receipts: number
  readonly bytesAReceipt: number
}

const measured = new URL('../../../../docs/benchmarks/growth.json', import.meta.url)
const OUTCOME_BYTES = 1024

/** Until the benchmark of growth is on record there is nothing to compare with. */
it.runIf(existsSync(measured))(
  'counts for a receipt what the benchmark has measured, within a fourth',
  () => {
    const { rows } = JSON.parse(readFileSync(measured, 'utf8')) as { rows: readonly Grown[] }
    for (const store of ['sqlite', 'postgres', 'redis'] as const) {
      const [most] = rows
        .filter((row) => row.store === store)
        .sort((one, other) => other.receipts - one.receipts)
      if (most === undefined) continue
      const ratio = (RECEIPT_BYTES[store] + OUTCOME_BYTES) / most.bytesAReceipt
      expect(ratio, store).toBeGreaterThan(0.75)
      expect(ratio, store).toBeLessThan(1.25)
    }
  },
)
