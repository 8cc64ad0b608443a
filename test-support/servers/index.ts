import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type KeptServer, keeperVariable, notRunPath, type ServerName } from './keeper.ts'
import { behind } from './pgbouncer.ts'
import { ServerMissing } from './server-missing.ts'

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
  return first(await urlsOf('postgres'))
}

/** A single Redis server for tests. Tests share it: each takes a key prefix of its own. */
export async function redisUrl(): Promise<string> {
  return first(await urlsOf('redis'))
}

/** A Valkey server for tests. Tests share it: each takes a key prefix of its own. */
export async function valkeyUrl(): Promise<string> {
  return first(await urlsOf('valkey'))
}

/** The nodes of a Redis Cluster of three. Tests share it. */
export async function redisClusterUrls(): Promise<readonly string[]> {
  return urlsOf('redis-cluster')
}

/** PgBouncer in transaction mode before the server of `databaseUrl`: the same database through it. */
export async function pgBouncerUrl(databaseUrl: string): Promise<string> {
  return behind(databaseUrl, new URL(first(await urlsOf('pgbouncer'))).host)
}

/**
 * Whether a developer's machine can't have the server, for `describe.skipIf`: the run's last lines then say that this
 * file did not run, and why. In CI it throws instead. What asks for a server in a hook or in a test needs none of this.
 */
export async function missing(name: ServerName): Promise<boolean> {
  const file = callingFile()
  const server = await ask(name)
  if (server.kind !== 'missing' || process.env.CI) {
    urlsFrom(server)
    return false
  }
  await notRun(file, server.sentence)
  return true
}

/** Has the run say at its end that the file did not run. */
export async function notRun(file: string, sentence: string): Promise<void> {
  await fetch(`${keeper()}/${notRunPath}?${new URLSearchParams({ file, sentence })}`)
}

async function urlsOf(name: ServerName): Promise<readonly string[]> {
  return urlsFrom(await ask(name))
}

function urlsFrom(server: KeptServer): readonly string[] {
  switch (server.kind) {
    case 'running':
      return server.urls
    case 'missing':
      throw new ServerMissing(server.sentence)
    case 'broken':
      throw new Error(server.message)
  }
}

async function ask(name: ServerName): Promise<KeptServer> {
  const answer = await fetch(`${keeper()}/${name}`)
  return (await answer.json()) as KeptServer
}

function keeper(): string {
  const address = process.env[keeperVariable]
  if (address === undefined) throw new Error('The servers for tests are started by a test run (vitest).')
  return address
}

/** The outermost file of the tests' own in this call. */
function callingFile(): string {
  const files = [...(new Error().stack ?? '').matchAll(/(?:file:\/\/)?(\/[^():]+\.test\.ts)/g)]
  return files.at(-1)?.[1] ?? 'a test'
}

function first(urls: readonly string[]): string {
  const [url] = urls
  if (url === undefined) throw new Error('No URL was given for the server.')
  return url
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
