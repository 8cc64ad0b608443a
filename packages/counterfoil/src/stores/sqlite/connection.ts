import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { StoreClock } from './clock.ts'
import { NewerSchema, NoWriteAheadLog } from './faults.ts'
import { SCHEMA_VERSION, schema } from './schema.ts'
import { Tables } from './tables.ts'

/** One connection to the file: the main thread has one, and the worker another. */
export interface Connection {
  readonly database: DatabaseSync
  readonly tables: Tables
  readonly begin: StatementSync
  readonly commit: StatementSync
  readonly rollback: StatementSync
  readonly dataVersion: StatementSync
}

/** Never waits for a lock: it throws SQLITE_BUSY, and the caller decides how to wait (busy.ts). */
export function openConnection(path: string, clock: StoreClock): Connection {
  const database = new DatabaseSync(path)
  try {
    database.exec(SETTINGS)
    prepareFile(database)
    const tables = new Tables(database)
    clock.observe(tables.readMark())
    return {
      database,
      tables,
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
      rollback: database.prepare('ROLLBACK'),
      dataVersion: database.prepare('PRAGMA data_version'),
    }
  } catch (error) {
    database.close()
    throw error
  }
}

/** FULL: COMMIT returns after the log's fsync (pragma.html#pragma_synchronous), and fullfsync means it on macOS too. */
const SETTINGS = `
PRAGMA busy_timeout = 0;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
PRAGMA cache_size = -16000;
PRAGMA journal_size_limit = 67108864;
`

function prepareFile(database: DatabaseSync): void {
  const version = versionOf(database)
  if (version !== undefined && version > SCHEMA_VERSION) throw new NewerSchema(version)
  const { journal_mode: mode } = database.prepare('PRAGMA journal_mode').get() as { journal_mode: string }
  if (mode !== 'wal') {
    const set = database.prepare('PRAGMA journal_mode = WAL').get() as { journal_mode: string }
    if (set.journal_mode !== 'wal') throw new NoWriteAheadLog(set.journal_mode)
  }
  if (version === undefined) createSchema(database)
}

/** Several processes may open a new file at once: the first one creates, the others find it done. */
function createSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    if (versionOf(database) === undefined) {
      database.exec(schema)
      database.exec(`INSERT INTO counterfoil_meta (name, value) VALUES ('schema_version', ${SCHEMA_VERSION})`)
    }
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

/** The version of the receipts' tables; `undefined` where there are none. */
export function versionOf(database: DatabaseSync): number | undefined {
  const table = database.prepare(
    `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'counterfoil_meta'`,
  )
  if (table.get() === undefined) return undefined
  const row = database.prepare(`SELECT value FROM counterfoil_meta WHERE name = 'schema_version'`).get()
  return row === undefined ? undefined : Number(row.value)
}
