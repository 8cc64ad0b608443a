import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { type SqliteStoreOptions, sqliteStore } from '../../src/stores/sqlite/index.ts'
import type { Ground } from './ground.ts'
import { enter, sqliteEffect } from './sqlite-side.ts'
import { CREATE_EFFECTS, DISAGREEMENTS } from './statements.ts'

export interface SqliteGround extends Ground<DatabaseSync, 'sync'> {
  readonly path: string
  /** A connection of the application's own. */
  connect(): DatabaseSync
}

export function sqliteGround(options: SqliteStoreOptions = {}): SqliteGround {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-transactions-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'app.db')
  const connect = (): DatabaseSync => {
    const database = new DatabaseSync(path)
    database.exec('PRAGMA busy_timeout = 5000')
    onTestFinished(() => database.close())
    return database
  }
  const application = connect()
  application.exec(CREATE_EFFECTS)
  return {
    path,
    connect,
    openStore: () => sqliteStore(path, options),
    effect: sqliteEffect,
    disagreements: async () =>
      application
        .prepare(DISAGREEMENTS)
        .all()
        .map(({ key }) => String(key)),
    terms: { kind: 'sqlite', path },
    effects: async (key) =>
      Number(application.prepare('SELECT count(*) AS n FROM effects WHERE key = ?').get(key)?.n),
    begin: async () => {
      const tx = connect()
      tx.exec('BEGIN IMMEDIATE')
      return {
        tx,
        enter: async (key) => enter(tx, key),
        commit: async () => tx.exec('COMMIT'),
        rollback: async () => tx.exec('ROLLBACK'),
      }
    },
  }
}
