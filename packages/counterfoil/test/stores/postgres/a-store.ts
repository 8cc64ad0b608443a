import pg from 'pg'
import { onTestFinished } from 'vitest'
import { type ClaimRequest, fenceOf, type ReceiptStore, type Running } from '../../../src/core/index.ts'
import type { Executor } from '../../../src/stores/postgres/executor.ts'
import { type PostgresStoreOptions, postgresStore } from '../../../src/stores/postgres/index.ts'
import { migrate } from '../../../src/stores/postgres/migrate.ts'
import { type Names, namesOf } from '../../../src/stores/postgres/names.ts'
import { executorOn, newSchema } from '../../testing/on-a-database.ts'

interface Database {
  readonly url: string
  readonly pool: pg.Pool
}

/** Tables of the test's own, and what it takes to reach them. */
export interface Tables {
  readonly url: string
  readonly schema: string
  readonly names: Names
  /** A store that is closed with the test; by default over a pool of its own for the same URL. */
  open(options?: PostgresStoreOptions & { readonly over?: pg.Pool | string }): ReceiptStore
  /** A connection beside the stores', ended with the test. */
  connect(): Promise<pg.Client>
  newPool(config?: pg.PoolConfig): pg.Pool
}

export async function newTables({ url, pool }: Database): Promise<Tables> {
  const schema = newSchema()
  const names = namesOf({ schema })
  await migrate(executorOn(pool), names)
  onTestFinished(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  })
  return {
    url,
    schema,
    names,
    open: ({ over = url, ...options } = {}) => {
      const store = postgresStore(over, { schema, maxConnections: 4, ...options })
      onTestFinished(() => store.close())
      return store
    },
    connect: async () => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      client.on('error', () => undefined)
      onTestFinished(() => client.end())
      return client
    },
    newPool: (config = {}) => {
      const made = new pg.Pool({ connectionString: url, max: 4, ...config })
      made.on('error', () => undefined)
      onTestFinished(() => made.end())
      return made
    },
  }
}

export function executorOf(client: pg.Client): Executor {
  return { query: (text, values) => client.query(text, [...values]) }
}

export async function claimed(store: ReceiptStore, request: ClaimRequest): Promise<Running> {
  const decision = await store.claim(request)
  if (decision.kind !== 'claimed') throw new Error(`not claimed: ${decision.kind}`)
  return decision.receipt
}

export async function settledWith(
  store: ReceiptStore,
  request: ClaimRequest,
  outcome: Uint8Array,
): Promise<void> {
  const receipt = await claimed(store, request)
  await store.settle(fenceOf(receipt), { as: 'succeeded', outcome }, receipt)
}

/** What a verb rejected with: its fault, and its one sentence. */
export async function faultOf(call: Promise<unknown>): Promise<{ fault: unknown; message: string }> {
  try {
    await call
  } catch (error) {
    const { fault, message } = error as { fault?: unknown; message: string }
    return { fault, message }
  }
  throw new Error('nothing was rejected')
}

/** Until some statement of another session waits for a lock that `holder` has. */
export async function somebodyWaitsFor(holder: pg.Client, watcher: pg.Client): Promise<void> {
  const { rows: own } = await holder.query('SELECT pg_backend_pid() AS pid')
  for (;;) {
    const { rows } = await watcher.query(
      'SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))',
      [own[0].pid],
    )
    if (rows.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
