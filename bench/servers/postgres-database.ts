import { randomBytes } from 'node:crypto'
import pg from 'pg'

export interface Database {
  readonly url: string
  drop(): Promise<void>
}

/** For who keeps more than one schema. */
export async function databaseOfItsOwn(server: string): Promise<Database> {
  const name = `bench_${randomBytes(6).toString('hex')}`
  await ask(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: async () => void (await ask(server, `DROP DATABASE ${name} WITH (FORCE)`)) }
}

export async function ask(server: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}
