import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** A database that a test has for itself. */
export interface TestDatabase {
  readonly url: string
  drop(): Promise<void>
}

/** A fresh database on the PostgreSQL server for tests. */
export async function postgresDatabase(): Promise<TestDatabase> {
  const server = await postgresUrl()
  const name = `counterfoil_${randomBytes(6).toString('hex')}`
  await asAdministrator(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => asAdministrator(server, `DROP DATABASE ${name} WITH (FORCE)`) }
}

/** The PostgreSQL server for tests, as its superuser. */
export async function postgresUrl(): Promise<string> {
  return fromEnvironment('COUNTERFOIL_TEST_POSTGRES_URL')
}

/** A single Redis server for tests. Tests share it: each takes a key prefix of its own. */
export async function redisUrl(): Promise<string> {
  return fromEnvironment('COUNTERFOIL_TEST_REDIS_URL')
}

/** The nodes of a Redis Cluster of three. Tests share it. */
export async function redisClusterUrls(): Promise<readonly string[]> {
  return fromEnvironment('COUNTERFOIL_TEST_REDIS_CLUSTER_URLS').split(',')
}

/** PgBouncer in transaction mode before the server of `databaseUrl`: the same database through it. */
export async function pgBouncerUrl(databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl)
  const bouncer = new URL(fromEnvironment('COUNTERFOIL_TEST_PGBOUNCER_URL'))
  url.host = bouncer.host
  return url.href
}

async function asAdministrator(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function fromEnvironment(name: string): string {
  const url = process.env[name]
  if (url === undefined) throw new Error(`Set ${name} to the server that the tests may use.`)
  return url
}
