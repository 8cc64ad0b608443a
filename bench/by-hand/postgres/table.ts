import pg from 'pg'
import { schemaOfItsOwn } from '../../servers/postgres-schema.ts'

/** A pool, with its table in a schema of its own. */
export interface PostgresTable {
  readonly pool: pg.Pool
  close(): Promise<void>
}

/** With as many connections as the driver takes by default, like everybody here. */
export async function openPostgresTable(url: string): Promise<PostgresTable> {
  const schema = schemaOfItsOwn(url)
  const pool = new pg.Pool({ connectionString: url, options: `-c search_path=${schema.name} ${PLANS}` })
  await pool.query(`CREATE SCHEMA ${schema.name}`)
  await pool.query(TABLE)
  return {
    pool,
    async close() {
      await pool.end()
      await schema.drop()
    },
  }
}

/** A table that was never analysed is read whole otherwise, for each batch of settles. */
const PLANS = '-c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off'

/** The fill factor leaves a settled row on its page: without it each settle is a new entry in the index. */
const TABLE = `
CREATE TABLE receipts (
  id            bytea  PRIMARY KEY,
  tenant        text   NOT NULL,
  operation     text   NOT NULL,
  key           text   NOT NULL,
  fingerprint   text   NOT NULL,
  token         text   NOT NULL,
  state         text   NOT NULL,
  lease_ends_at bigint NOT NULL,
  settled_at    bigint,
  outcome       bytea
) WITH (fillfactor = 50)`
