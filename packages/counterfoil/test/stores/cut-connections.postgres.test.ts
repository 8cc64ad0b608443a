import postgres from 'postgres'
import { describe } from 'vitest'
import { pgBouncerUrl, postgresDatabase } from '../../../../test-support/servers/index.ts'
import type { ReceiptStore } from '../../src/index.ts'
import { type PostgresConnection, postgresStore } from '../../src/stores/postgres/index.ts'
import { overStore } from '../processes/over-store.ts'
import { needsOneToken, outlivesCuts, outlivesSilence } from './cut-connections.ts'
import type { Server } from './cut-service.ts'

describe('PostgreSQL', () => {
  describe.each([
    ['pg', byPg],
    ['postgres', byPostgres],
  ])('by %s: a connection that is lost', (_driver, open) => {
    outlivesCuts(() => databaseWith(open), 'rejects')
    outlivesSilence(() => databaseWith(open))
    needsOneToken(() => databaseWith(open))
  })

  describe('by pg, through PgBouncer: a connection that is lost', () => {
    outlivesCuts(async () => throughPgBouncer(await databaseWith(byPg)), 'rejects')
  })
})

function byPg(url: string, answerWithinMs: number): ReceiptStore {
  return postgresStore(url, { answerWithinMs, maxConnections: 4 })
}

function byPostgres(url: string, answerWithinMs: number): ReceiptStore {
  const sql = postgres(url, { onnotice: () => {} })
  const store = postgresStore(sql as unknown as PostgresConnection, { answerWithinMs })
  return overStore(store, {
    async close() {
      await store.close()
      await sql.end({ timeout: 0 })
    },
  })
}

async function throughPgBouncer(server: Server): Promise<Server> {
  return { ...server, url: await pgBouncerUrl(server.url) }
}

async function databaseWith(open: Server['open']): Promise<Server> {
  const { url, drop } = await postgresDatabase()
  const store = postgresStore(url, { migrate: true })
  await store.audit()
  await store.close()
  return { url, open, close: drop }
}
