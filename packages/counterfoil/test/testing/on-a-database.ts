import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { postgresDatabase, type TestDatabase } from '../../../../test-support/servers/index.ts'
import type { ReceiptStore } from '../../src/core/index.ts'
import type { Executor } from '../../src/stores/postgres/executor.ts'
import { migrate } from '../../src/stores/postgres/migrate.ts'
import { namesOf } from '../../src/stores/postgres/names.ts'
import type { StoreUnderTest } from '../../src/testing/index.ts'
import { withProcesses } from './with-processes.ts'

/** A database for the test file. Each case takes a schema of its own in it, which is a hundred times cheaper. */
export function databaseForFile(): { readonly url: string; readonly pool: pg.Pool } {
  let database: TestDatabase | undefined
  let pool: pg.Pool | undefined
  beforeAll(async () => {
    database = await postgresDatabase()
    pool = new pg.Pool({ connectionString: database.url, max: 2 })
    pool.on('error', () => undefined)
  })
  afterAll(async () => {
    await pool?.end()
    await database?.drop()
  })
  return {
    get url() {
      if (database === undefined) throw new Error('the database is made before the first test')
      return database.url
    },
    get pool() {
      if (pool === undefined) throw new Error('the database is made before the first test')
      return pool
    },
  }
}

/** A name for a schema that nobody else has. */
export function newSchema(): string {
  return `test_${randomBytes(6).toString('hex')}`
}

/** Tables of its own, dropped afterwards. */
export async function onADatabase(
  { url, pool }: { readonly url: string; readonly pool: pg.Pool },
  open: (url: string, schema: string) => ReceiptStore,
  processScript: URL,
  scriptArguments: readonly string[],
  use: (subject: StoreUnderTest) => Promise<void>,
): Promise<void> {
  const schema = newSchema()
  await migrate(executorOn(pool), namesOf({ schema }))
  try {
    await withProcesses(processScript, [url, schema, ...scriptArguments], (startProcess) =>
      use({ open: async () => open(url, schema), startProcess }),
    )
  } finally {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  }
}

/** The library's executor on a pool: a statement each. */
export function executorOn(pool: pg.Pool): Executor {
  return { query: (text, values) => pool.query(text, [...values]) }
}
