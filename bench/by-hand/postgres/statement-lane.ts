import type { Lane } from '../lane.ts'
import type { Row } from '../table.ts'
import type { PostgresTable } from './table.ts'

/** What one writes first: each step a prepared statement, and a transaction, of its own. */
export function statementLane({ pool, close }: PostgresTable): Lane {
  return {
    async write({ do: step, values }) {
      const { rowCount } = await pool.query({ name: step, text: step === 'claim' ? CLAIM : SETTLE, values })
      return rowCount === 1
    },
    async read(id) {
      const { rows } = await pool.query<Row>({ name: 'read', text: READ, values: [id] })
      return rows[0]
    },
    close,
  }
}

const CLAIM = `
INSERT INTO receipts (id, tenant, operation, key, fingerprint, token, state, lease_ends_at)
VALUES ($1, $2, $3, $4, $5, $6, 'in_progress', $7)
ON CONFLICT (id) DO NOTHING`

const SETTLE = `
UPDATE receipts SET state = 'succeeded', settled_at = $1, outcome = $2
WHERE id = $3 AND token = $4 AND state = 'in_progress'`

const READ = 'SELECT fingerprint, outcome FROM receipts WHERE id = $1'
