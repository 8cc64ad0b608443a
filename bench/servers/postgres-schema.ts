import { randomBytes } from 'node:crypto'
import { ask } from './postgres-database.ts'

export interface Schema {
  readonly name: string
  drop(): Promise<void>
}

/** A name that nobody else has; the schema itself is made by who fills it. */
export function schemaOfItsOwn(server: string): Schema {
  const name = `bench_${randomBytes(6).toString('hex')}`
  return { name, drop: async () => void (await ask(server, `DROP SCHEMA IF EXISTS ${name} CASCADE`)) }
}

/** The URL of Counterfoil's store in that schema. */
export function storeUrl(server: string, { name }: Schema): string {
  const url = new URL(server)
  url.searchParams.set('schema', name)
  url.searchParams.set('migrate', 'true')
  return url.href
}
