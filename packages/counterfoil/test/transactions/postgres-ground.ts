import { sql as drizzleSql } from 'drizzle-orm'
import { drizzle, type NodePgTransaction } from 'drizzle-orm/node-postgres'
import { Kysely, sql as kyselySql, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import postgres from 'postgres'
import { onTestFinished } from 'vitest'
import {
  drizzleTransactions,
  kyselyTransactions,
  migrateTables,
  type PostgresStoreOptions,
  postgresStore,
  type TransactionAdapter,
} from '../../src/stores/postgres/index.ts'
import { newSchema } from '../testing/on-a-database.ts'
import type { Ground, OwnTransaction } from './ground.ts'
import { CREATE_EFFECTS, DISAGREEMENTS } from './statements.ts'

/** A schema of its own, with the application's table and the receipts in it. */
export interface PostgresGround<Tx> extends Ground<Tx, 'async'> {
  /** The application's connections. */
  readonly pool: pg.Pool
  readonly schema: string
  /** A statement of the handler's, by the library. */
  exec(tx: Tx, text: string): Promise<unknown>
}

type Options = Pick<PostgresStoreOptions, 'answerWithinMs'>

/** How a library opens a transaction, and enters an effect in it. */
interface Library<Tx> {
  transaction(run: (tx: Tx) => Promise<void>): Promise<unknown>
  enter(tx: Tx, key: string): Promise<unknown>
  exec(tx: Tx, text: string): Promise<unknown>
}

export async function pgGround(url: string, options: Options = {}): Promise<PostgresGround<pg.PoolClient>> {
  const { schema, pool } = await prepare(url)
  return groundOf(url, schema, pool, {
    openStore: () => postgresStore(pool, { ...options, schema }),
    async transaction(run) {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        await run(client)
        await client.query('COMMIT')
      } catch (error) {
        await client.query('ROLLBACK')
        throw error
      } finally {
        client.release()
      }
    },
    enter: (tx, key) => tx.query('INSERT INTO effects (key) VALUES ($1)', [key]),
    exec: (tx, text) => tx.query(text),
  })
}

export async function postgresJsGround(url: string): Promise<PostgresGround<postgres.TransactionSql>> {
  const { schema, pool } = await prepare(url)
  const sql = postgres(url, { connection: { search_path: schema }, onnotice: () => undefined })
  onTestFinished(() => sql.end())
  return groundOf(url, schema, pool, {
    openStore: () => postgresStore(sql, { schema }),
    transaction: (run) => sql.begin(run),
    enter: async (tx, key) => tx`INSERT INTO effects (key) VALUES (${key})`,
    exec: async (tx, text) => tx.unsafe(text),
  })
}

interface Tables {
  effects: { key: string }
}

export async function kyselyGround(url: string): Promise<PostgresGround<Transaction<Tables>>> {
  const { schema, pool } = await prepare(url)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: async () => pool }) })
  const store = { schema, transactions: kyselyTransactions(db) }
  return groundOf(url, schema, pool, {
    openStore: () => postgresStore(pool, store),
    transaction: (run) => db.transaction().execute(run),
    enter: (tx, key) => tx.insertInto('effects').values({ key }).execute(),
    exec: (tx, text) => kyselySql.raw(text).execute(tx),
  })
}

type DrizzleTx = NodePgTransaction<Record<string, never>, Record<string, never>>

export async function drizzleGround(url: string): Promise<PostgresGround<DrizzleTx>> {
  const { schema, pool } = await prepare(url)
  const db = drizzle(pool)
  const transactions = drizzleTransactions(db, drizzleSql) as TransactionAdapter<unknown>
  return groundOf<DrizzleTx>(url, schema, pool, {
    openStore: () =>
      postgresStore(pool, { schema, transactions: transactions as TransactionAdapter<DrizzleTx> }),
    transaction: (run) => db.transaction((tx) => run(tx as DrizzleTx)),
    enter: (tx, key) => tx.execute(drizzleSql`INSERT INTO effects (key) VALUES (${key})`),
    exec: (tx, text) => tx.execute(drizzleSql.raw(text)),
  })
}

export async function prepare(url: string): Promise<{ schema: string; pool: pg.Pool }> {
  const schema = newSchema()
  const pool = new pg.Pool({ connectionString: url, options: `-c search_path=${schema}`, max: 10 })
  pool.on('error', () => undefined)
  onTestFinished(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
  })
  await migrateTables(pool, { schema })
  await pool.query(CREATE_EFFECTS)
  return { schema, pool }
}

export function groundOf<Tx>(
  url: string,
  schema: string,
  pool: pg.Pool,
  { openStore, transaction, enter, exec }: Library<Tx> & Pick<Ground<Tx, 'async'>, 'openStore'>,
): PostgresGround<Tx> {
  return {
    pool,
    schema,
    openStore,
    effect: (key, then) => async (tx, attempt) => {
      await enter(tx, key)
      return then(attempt)
    },
    async effects(key) {
      const { rows } = await pool.query('SELECT count(*) AS n FROM effects WHERE key = $1', [key])
      return Number(rows[0].n)
    },
    async disagreements() {
      const { rows } = await pool.query(DISAGREEMENTS)
      return rows.map(({ key }) => key)
    },
    exec,
    begin: () => begun({ transaction, enter }),
    terms: { kind: 'postgres', url, schema },
  }
}

/** A library's transaction, which a test commits or rolls back when it likes. */
function begun<Tx>({
  transaction,
  enter,
}: Pick<Library<Tx>, 'transaction' | 'enter'>): Promise<OwnTransaction<Tx>> {
  return new Promise((resolve, reject) => {
    const end = Promise.withResolvers<void>()
    const ended = transaction((tx) => {
      resolve({
        tx,
        enter: async (key) => void (await enter(tx, key)),
        commit: async () => {
          end.resolve()
          await ended
        },
        rollback: async () => {
          end.reject(new Error('rolled back'))
          await ended.catch(() => undefined)
        },
      })
      return end.promise
    })
    ended.catch(reject)
  })
}
