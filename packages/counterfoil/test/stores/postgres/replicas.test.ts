import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres } from '../../../../../test-support/servers/postgres.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { requestWith } from '../../../src/testing/requests.ts'
import { faultOf } from './a-store.ts'

// A server of its own, since it is to wait for a synchronous standby that never comes.

let server: Awaited<ReturnType<typeof startPostgres>>
let administrator: pg.Client
beforeAll(async () => {
  server = await startPostgres()
  administrator = new pg.Client({ connectionString: server.url })
  await administrator.connect()
})
afterAll(async () => {
  await administrator?.end()
  await server?.stop()
})

async function standby(name: string): Promise<void> {
  await administrator.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`)
  await administrator.query('SELECT pg_reload_conf()')
  while (
    (await administrator.query('SHOW synchronous_standby_names')).rows[0].synchronous_standby_names !== name
  );
}

/** Cancels one wait for the standby: the server then answers as if all were well, with a warning. */
async function cancelOneWait(): Promise<void> {
  for (;;) {
    const { rows } = await administrator.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' LIMIT 1`,
    )
    if (rows.length > 0) return
  }
}

describe('a cancelled wait for a synchronous standby', () => {
  it('is no answer: the claim goes on waiting, and is given up as one that may have been written', async () => {
    const store = postgresStore(server.url, { migrate: true, answerWithinMs: 1_500 })
    try {
      await store.claim(requestWith())
      await standby('nobody')
      const request = requestWith()
      const claim = faultOf(store.claim(request))
      await cancelOneWait()
      const { fault, message } = await claim
      expect(fault).toBe('unreachable')
      expect(message).toContain('may not survive a failover')
      await standby('')
      expect(await store.claim(request)).toMatchObject({ kind: 'claimed', receipt: { attempt: 1 } })
    } finally {
      await standby('')
      await store.close()
    }
  })

  it('is answered once a later commit has reached the standby', async () => {
    const store = postgresStore(server.url, { migrate: true })
    try {
      await store.claim(requestWith())
      await standby('nobody')
      const claim = store.claim(requestWith())
      await cancelOneWait()
      await standby('')
      expect((await claim).kind).toBe('claimed')
    } finally {
      await standby('')
      await store.close()
    }
  })

  it('cannot be seen through a client of postgres, and its audit says so', async () => {
    const { default: postgres } = await import('postgres')
    const sql = postgres(server.url, { max: 2 })
    const store = postgresStore(sql)
    try {
      await standby('nobody')
      const said = (await store.audit()).map(({ says }) => says).join('\n')
      expect(said).toContain("use 'pg'")
    } finally {
      await standby('')
      await store.close()
      await sql.end()
    }
  })
})
