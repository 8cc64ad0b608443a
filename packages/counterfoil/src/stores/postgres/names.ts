import { hash } from 'node:crypto'
import { OptionInvalid } from '../../core/index.ts'

export interface NameOptions {
  /** The schema that holds the tables. Default `public`. */
  readonly schema?: string
  /** What the names of the tables begin with. Default `counterfoil_`. */
  readonly tablePrefix?: string
}

/** The store's objects, quoted as they stand in SQL. */
export interface Names {
  readonly schema: string
  readonly receipts: string
  readonly steps: string
  readonly migrations: string
  /** Without their schema, as CREATE INDEX wants them. */
  readonly indexes: { readonly created: string; readonly lapses: string }
  /** The channel for NOTIFY, as a plain text: the same for all who share the tables, and for nobody else. */
  readonly channel: string
  /** For messages. */
  readonly plainSchema: string
}

/** PostgreSQL cuts longer names off, and two of them could become one: "Identifiers and Key Words". */
const MAX_NAME_BYTES = 63
const LONGEST_SUFFIX = 'receipts_created_at'

/** @throws {OptionInvalid} for a name that PostgreSQL would change or refuse. */
export function namesOf({ schema = 'public', tablePrefix = 'counterfoil_' }: NameOptions): Names {
  assertName('schema', schema, MAX_NAME_BYTES)
  if (tablePrefix !== '') assertName('tablePrefix', tablePrefix, MAX_NAME_BYTES - LONGEST_SUFFIX.length)
  const table = (name: string): string => `${quoted(schema)}.${quoted(tablePrefix + name)}`
  return {
    schema: quoted(schema),
    receipts: table('receipts'),
    steps: table('steps'),
    migrations: table('migrations'),
    indexes: {
      created: quoted(`${tablePrefix}receipts_created_at`),
      lapses: quoted(`${tablePrefix}receipts_lapses`),
    },
    channel: `counterfoil_${hash('sha256', JSON.stringify([schema, tablePrefix]), 'hex').slice(0, 32)}`,
    plainSchema: schema,
  }
}

/** A name as it stands in SQL, whatever characters are in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as it stands in SQL, such as the name of a table where its size is asked for. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function assertName(option: 'schema' | 'tablePrefix', name: unknown, most: number): void {
  if (
    typeof name !== 'string' ||
    name === '' ||
    name.includes('\0') ||
    !name.isWellFormed() ||
    Buffer.byteLength(name) > most
  ) {
    throw new OptionInvalid(option, `give a name of 1 to ${most} bytes`)
  }
  if (option === 'schema' && name.startsWith('pg_')) {
    throw new OptionInvalid(option, "names that begin with 'pg_' are the server's own")
  }
}
