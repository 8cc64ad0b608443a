import { aged, type ReceiptId, wholeMs } from '../../core/index.ts'
import { idBytes } from './row.ts'
import type { Tables } from './tables.ts'

/** For tests: the receipt's times move into the past, and with them its place in the list. */
export function age(tables: Tables, id: ReceiptId, ms: number): void {
  const stored = tables.read(id)
  if (stored === undefined) return
  const receipt = aged(stored, ms)
  tables.update(receipt)
  tables.prepared(MOVE).run(wholeMs(receipt.createdAt), idBytes(id))
}

const MOVE = `
WITH RECURSIVE place (seq) AS (
  SELECT ?1 * 1000
  UNION ALL
  SELECT seq + 1 FROM place WHERE EXISTS (SELECT 1 FROM counterfoil_receipts WHERE seq = place.seq)
)
UPDATE counterfoil_receipts SET created_at = ?1, seq = (SELECT max(seq) FROM place) WHERE id = ?2`
