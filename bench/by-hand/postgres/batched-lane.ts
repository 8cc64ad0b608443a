import type { Pool } from 'pg'
import type { Lane } from '../lane.ts'
import type { ClaimValues, Row, SettleValues } from '../table.ts'
import { lanes } from './batches.ts'
import type { PostgresTable } from './table.ts'

/** What arrives while the last statements are on their way is the next one, for all its keys. */
export function batchedLane({ pool, close }: PostgresTable): Lane {
  const claim = lanes<ClaimValues, boolean>((batch) => claimAll(pool, batch))
  const settle = lanes<SettleValues, boolean>((batch) => settleAll(pool, batch))
  const read = lanes<Uint8Array, Row | undefined>((batch) => readAll(pool, batch))
  return {
    write: (write) => (write.do === 'claim' ? claim(write.values) : settle(write.values)),
    read,
    close,
  }
}

async function claimAll(pool: Pool, batch: readonly ClaimValues[]): Promise<boolean[]> {
  const column = (index: keyof ClaimValues & number): unknown[] => batch.map((values) => values[index])
  const values = [0, 1, 2, 3, 4, 5, 6].map((index) => column(index as keyof ClaimValues & number))
  return whoHeld(
    batch.map(([id]) => id),
    (await pool.query<{ id: Buffer }>({ name: 'claim', text: CLAIM, values })).rows,
  )
}

async function settleAll(pool: Pool, batch: readonly SettleValues[]): Promise<boolean[]> {
  const column = (index: keyof SettleValues & number): unknown[] => batch.map((values) => values[index])
  const values = [column(0), column(1), column(2), column(3)]
  return whoHeld(
    batch.map(([, , id]) => id),
    (await pool.query<{ id: Buffer }>({ name: 'settle', text: SETTLE, values })).rows,
  )
}

async function readAll(pool: Pool, batch: readonly Uint8Array[]): Promise<(Row | undefined)[]> {
  const { rows } = await pool.query<Row & { id: Buffer }>({ name: 'read', text: READ, values: [batch] })
  const found = new Map(rows.map((row) => [nameOf(row.id), row]))
  return batch.map((id) => found.get(nameOf(id)))
}

function whoHeld(asked: readonly Uint8Array[], rows: readonly { id: Buffer }[]): boolean[] {
  const held = new Set(rows.map(({ id }) => nameOf(id)))
  return asked.map((id) => held.has(nameOf(id)))
}

function nameOf(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1')
}

/** By id, so that no two batches can wait for each other. */
const CLAIM = `
INSERT INTO receipts (id, tenant, operation, key, fingerprint, token, state, lease_ends_at)
SELECT id, tenant, operation, key, fingerprint, token, 'in_progress', lease_ends_at
FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
  AS given (id, tenant, operation, key, fingerprint, token, lease_ends_at)
ORDER BY id
ON CONFLICT (id) DO NOTHING
RETURNING id`

const SETTLE = `
UPDATE receipts SET state = 'succeeded', settled_at = given.settled_at, outcome = given.outcome
FROM (
  SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::text[])
    AS given (settled_at, outcome, id, token)
  ORDER BY id
) AS given
WHERE receipts.id = given.id AND receipts.token = given.token AND receipts.state = 'in_progress'
RETURNING receipts.id`

const READ = 'SELECT id, fingerprint, outcome FROM receipts WHERE id = ANY ($1::bytea[])'
