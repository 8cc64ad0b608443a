import { existsSync } from 'node:fs'
import { CommandError } from '../../command-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { COUNT_WITHIN_MS, type Counter, PLACE_OF_KEY } from './counter.ts'
import { numberIn } from './number-in.ts'

/** Asks a database, which it may read and no more. The key is a bound parameter, wherever it stands in the query. */
export async function counterBySql(query: string, db: string, pointer: string | undefined): Promise<Counter> {
  const sqlite = /^sqlite:(?:\/\/(?=\/))?(.+)$/is.exec(db)?.[1]
  if (sqlite !== undefined) return onSqlite(query, sqlite, pointer)
  if (/^postgres(ql)?:\/\//i.test(db)) return onPostgres(query, db, pointer)
  // What was given may hold a password.
  throw new CommandError(
    exitCodes.usage,
    '--db must be a URL such as sqlite:app.db or postgres://host/database.',
  )
}

async function onSqlite(query: string, path: string, pointer: string | undefined): Promise<Counter> {
  if (!existsSync(path)) {
    throw new CommandError(
      exitCodes.unavailable,
      `There is no file ${path}: name in --db the one that the service writes.`,
    )
  }
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(path, { readOnly: true, timeout: COUNT_WITHIN_MS })
  const bound = withKeyAs('?1', query)
  return {
    count: async (key) => {
      const statement = told(() => database.prepare(bound))
      statement.setReadBigInts(true)
      return countIn(
        told(() => statement.get(key)),
        pointer,
      )
    },
    close: async () => database.close(),
  }
}

async function onPostgres(query: string, url: string, pointer: string | undefined): Promise<Counter> {
  const { default: pg } = await loadPg()
  const pool = new pg.Pool({ connectionString: url, max: 1, query_timeout: COUNT_WITHIN_MS })
  pool.on('error', () => {})
  const bound = withKeyAs('$1', query)
  const rowOf = async (key: string): Promise<Row | undefined> => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN READ ONLY')
      const { rows } = await client.query<Row>(bound, [key])
      return rows[0]
    } finally {
      // Also after an error, so that the connection is clean for the next count.
      await client.query('ROLLBACK').catch(() => {})
      client.release()
    }
  }
  return {
    count: async (key) => countIn(await rowOf(key).catch(failed), pointer),
    close: () => pool.end(),
  }
}

type Row = Readonly<Record<string, unknown>>

function countIn(row: Row | undefined, pointer: string | undefined): number {
  const [value] = Object.values(row ?? {})
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return numberIn('--count-sql', text, pointer)
}

/**
 * `{key}` becomes the database's own parameter. Where somebody has put quotes around it they go, since a parameter in
 * quotes is a text; inside of a longer text there is no way to bind it.
 */
function withKeyAs(parameter: string, query: string): string {
  const bare = query.replaceAll(`'${PLACE_OF_KEY}'`, PLACE_OF_KEY)
  const parts = bare.split(PLACE_OF_KEY)
  const quotes = parts.slice(0, -1).map(
    (_, at) =>
      parts
        .slice(0, at + 1)
        .join('')
        .split("'").length - 1,
  )
  if (parts.length === 1 || quotes.some((count) => count % 2 === 1)) {
    throw new CommandError(
      exitCodes.usage,
      '--count-sql must have {key} in it, and not inside of a text: it is bound as a parameter, such as WHERE key = {key}.',
    )
  }
  return parts.join(parameter)
}

function told<T>(ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    return failed(error)
  }
}

function failed(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error)
  throw new Error(`--count-sql can't be asked: ${message}.`)
}

async function loadPg() {
  try {
    return await import('pg')
  } catch (error) {
    throw new CommandError(
      exitCodes.usage,
      "The driver for --db 'postgres:' URLs is not installed: npm install pg.",
      { cause: error },
    )
  }
}
