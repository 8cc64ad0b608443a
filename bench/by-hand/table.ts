import { DatabaseSync } from 'node:sqlite'

export type ClaimValues = [
  id: Uint8Array,
  tenant: string,
  operation: string,
  key: string,
  fingerprint: string,
  token: string,
  leaseEndsAt: number,
]

export type SettleValues = [settledAt: number, outcome: Uint8Array, id: Uint8Array, token: string]

export interface Row {
  readonly fingerprint: string
  readonly outcome: Uint8Array | null
}

/** Each changes one row if its condition holds, and none if it doesn't. */
export interface Table {
  claim(values: ClaimValues): boolean
  settle(values: SettleValues): boolean
  read(id: Uint8Array): Row | undefined
  begin(): void
  commit(): void
  close(): void
}

export function openTable(path: string): Table {
  const database = new DatabaseSync(path)
  database.exec(SETTINGS)
  database.exec(SCHEMA)
  const claim = database.prepare(CLAIM)
  const settle = database.prepare(SETTLE)
  const read = database.prepare('SELECT fingerprint, outcome FROM receipts WHERE id = ?')
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  return {
    claim: (values) => claim.run(...values).changes === 1,
    settle: (values) => settle.run(...values).changes === 1,
    read: (id) => read.get(id) as Row | undefined,
    begin: () => void begin.run(),
    commit: () => void commit.run(),
    close: () => database.close(),
  }
}

/** As the SQLite store has them (src/stores/sqlite/connection.ts): the same promise to the disk. */
const SETTINGS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
PRAGMA cache_size = -16000;
PRAGMA journal_size_limit = 67108864;
`

const SCHEMA = `
CREATE TABLE IF NOT EXISTS receipts (
  id            BLOB    NOT NULL UNIQUE,
  tenant        TEXT    NOT NULL,
  operation     TEXT    NOT NULL,
  key           TEXT    NOT NULL,
  fingerprint   TEXT    NOT NULL,
  token         TEXT    NOT NULL,
  state         TEXT    NOT NULL,
  lease_ends_at INTEGER NOT NULL,
  settled_at    INTEGER,
  outcome       BLOB
) STRICT`

const CLAIM = `
INSERT INTO receipts (id, tenant, operation, key, fingerprint, token, state, lease_ends_at)
VALUES (?, ?, ?, ?, ?, ?, 'in_progress', ?)
ON CONFLICT (id) DO NOTHING`

const SETTLE = `
UPDATE receipts SET state = 'succeeded', settled_at = ?, outcome = ?
WHERE id = ? AND token = ? AND state = 'in_progress'`
