import { sql as drizzleSql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import postgres from 'postgres'
import { expectTypeOf, it } from 'vitest'
import { createReceipts, type TransactionAttempt } from '../../src/index.ts'
import {
  drizzleTransactions,
  kyselyTransactions,
  type PgPoolClient,
  postgresStore,
} from '../../src/stores/postgres/index.ts'

// Checked by `npm run types`: each line marked must not compile.

const pool = new pg.Pool()
const call = { tenant: 't', key: 'k', request: 1 }

it("hands the handler the driver's own transaction", () => {
  const receipts = createReceipts({ store: postgresStore(pool) })
  const placeOrder = receipts.transactional('place-order', { ttl: '24h' })
  placeOrder.onceInTransaction(call, async (tx, attempt) => {
    expectTypeOf(tx).toEqualTypeOf<pg.PoolClient>()
    expectTypeOf(attempt).toEqualTypeOf<TransactionAttempt>()
    return tx.query('SELECT 1')
  })
  // @ts-expect-error another driver's transaction
  placeOrder.onceInTransaction({ ...call, within: postgres() }, () => 1)

  const inPostgres = createReceipts({ store: postgresStore(postgres()) })
  inPostgres.transactional('place-order', { ttl: '24h' }).onceInTransaction(call, async (tx) => {
    expectTypeOf(tx).toEqualTypeOf<postgres.TransactionSql>()
    return tx`SELECT 1`
  })

  const byUrl = createReceipts({ store: postgresStore('postgres://localhost/app') })
  byUrl.transactional('place-order', { ttl: '24h' }).onceInTransaction(call, async (tx) => {
    expectTypeOf(tx).toEqualTypeOf<PgPoolClient>()
  })
})

interface Database {
  orders: { id: number }
}

it("hands it the query builder's where that makes the transactions", () => {
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  const store = postgresStore(pool, { transactions: kyselyTransactions(db) })
  const placeOrder = createReceipts({ store }).transactional('place-order', { ttl: '24h' })
  placeOrder.onceInTransaction(call, async (tx) => {
    expectTypeOf(tx).toEqualTypeOf<Transaction<Database>>()
    return tx.insertInto('orders').values({ id: 1 }).execute()
  })

  const drizzled = drizzle(pool)
  const another = postgresStore(pool, { transactions: drizzleTransactions(drizzled, drizzleSql) })
  createReceipts({ store: another })
    .transactional('place-order', { ttl: '24h' })
    .onceInTransaction(call, async (tx) => {
      expectTypeOf(tx).toExtend<Pick<NodePgDatabase, 'insert' | 'select' | 'execute'>>()
      return tx.execute(drizzleSql`SELECT 1`)
    })
})
