import pg from 'pg'

/** Bytes that PostgreSQL has written into its log so far: whoever writes nothing, and locks no row, adds none. */
export type WalAt = () => Promise<number>

/** Over a connection of its own, which keeps nobody running. */
export async function walOf(url: string): Promise<WalAt> {
  const pool = new pg.Pool({ connectionString: url, max: 1, allowExitOnIdle: true, idleTimeoutMillis: 0 })
  const text = `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes`
  return async () => Number((await pool.query<{ bytes: string }>(text)).rows[0]?.bytes)
}
