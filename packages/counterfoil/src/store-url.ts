import { StoreUrlInvalid } from './core/index.ts'

export type StoreKind = 'memory' | 'sqlite' | 'postgres' | 'redis'

export interface StoreUrl {
  readonly kind: StoreKind
  /** In lower case. */
  readonly scheme: string
  /** What follows the scheme and its colon, as written. */
  readonly rest: string
}

const kinds: Readonly<Record<string, StoreKind>> = {
  memory: 'memory',
  sqlite: 'sqlite',
  postgres: 'postgres',
  postgresql: 'postgres',
  redis: 'redis',
  rediss: 'redis',
  'redis+sentinel': 'redis',
  'rediss+sentinel': 'redis',
  'redis+cluster': 'redis',
  'rediss+cluster': 'redis',
}

const WHAT_WORKS: string = `use 'memory:', 'sqlite:receipts.db', 'sqlite:///var/lib/receipts.db', 'postgres://host/database' or 'redis://host:6379'`

/** The URL itself may hold a password, and stays out of the message. @throws {StoreUrlInvalid} */
export function storeUrl(url: string): StoreUrl {
  const [, given, rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(String(url)) ?? []
  if (given === undefined) throw new StoreUrlInvalid(`A store's URL begins with its scheme: ${WHAT_WORKS}.`)
  const scheme = given.toLowerCase()
  const kind = Object.hasOwn(kinds, scheme) ? kinds[scheme] : undefined
  if (kind === undefined) throw new StoreUrlInvalid(`There is no store for '${scheme}:' URLs: ${WHAT_WORKS}.`)
  return { kind, scheme, rest }
}

/** @throws {StoreUrlInvalid} */
export function assertMemory(rest: string): void {
  if (rest === '' || rest === '//') return
  throw new StoreUrlInvalid(`'memory:' takes no path or option: ${WHAT_WORKS}.`)
}

/** @throws {StoreUrlInvalid} */
export function sqlitePath(rest: string): string {
  const path = rest.startsWith('///') ? rest.slice(2) : rest
  if (path === '' || path === '//') {
    throw new StoreUrlInvalid(`The SQLite store's URL names no file: ${WHAT_WORKS}.`)
  }
  if (path.startsWith('//')) {
    throw new StoreUrlInvalid(
      `'sqlite://' is followed by a third '/' and an absolute path, since there is no host: ${WHAT_WORKS}.`,
    )
  }
  if (path === ':memory:') {
    throw new StoreUrlInvalid(`A SQLite database in memory can't be shared: use 'memory:' instead.`)
  }
  if (path.includes('?') || path.includes('\0')) {
    throw new StoreUrlInvalid(`The SQLite store's URL takes a path and no options: ${WHAT_WORKS}.`)
  }
  return path
}
