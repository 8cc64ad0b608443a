import { StoreUrlInvalid } from '../../core/index.ts'
import type { PostgresStoreOptions } from './options.ts'

const OWN = ['schema', 'table-prefix', 'max-connections', 'answer-within-ms', 'migrate'] as const

/** A URL without the options that are this store's, and those. No message repeats the URL, which may hold a password. */
export function readUrl(text: string): {
  readonly connection: string
  readonly options: PostgresStoreOptions
} {
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw new StoreUrlInvalid(
      `The PostgreSQL store's URL is written 'postgres://user:password@host:5432/database' (for a process's own store: 'memory:').`,
    )
  }
  const [base = '', query = ''] = splitAt(text, '?')
  const given = new URLSearchParams(query)
  const options: { -readonly [Name in keyof PostgresStoreOptions]: PostgresStoreOptions[Name] } = {}
  take(given, 'schema', (value) => (options.schema = value))
  take(given, 'table-prefix', (value) => (options.tablePrefix = value))
  take(given, 'answer-within-ms', (value) => (options.answerWithinMs = Number(value)))
  take(given, 'max-connections', (value) => (options.maxConnections = Number(value)))
  take(given, 'migrate', (value) => (options.migrate = flag(value)))
  refuseMisspelt(given)
  return { connection: given.size === 0 ? base : `${base}?${given}`, options }
}

function take(given: URLSearchParams, name: string, use: (value: string) => unknown): void {
  const value = given.get(name)
  if (value === null) return
  given.delete(name)
  use(value)
}

/**
 * What is left is the driver's, and none of its options has a hyphen. The name of an unknown one isn't repeated: a password with
 * a '?' in it may have become one.
 */
function refuseMisspelt(left: URLSearchParams): void {
  for (const name of left.keys()) {
    const meant = OWN.find((own) => lettersOf(own) === lettersOf(name))
    if (meant !== undefined) {
      throw new StoreUrlInvalid(`The option '${name}' of a PostgreSQL store's URL is written '${meant}'.`)
    }
    if (/^[a-z]+(-[a-z]+)+$/.test(name)) {
      throw new StoreUrlInvalid(
        `The PostgreSQL store's URL has an option that isn't known: the store's are ${OWN.join(', ')}, and the driver's have no hyphen.`,
      )
    }
  }
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '')
}

function flag(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true'
  throw new StoreUrlInvalid(`The option 'migrate' of a store's URL is true or false.`)
}

function splitAt(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
