import { OptionInvalid } from '../../core/index.ts'

export function checkedPath(path: string): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new OptionInvalid('path', `name a file, such as 'receipts.db'`)
  }
  if (path === ':memory:') {
    throw new OptionInvalid(
      'path',
      'a database in memory is seen by one connection alone; use memoryStore() instead',
    )
  }
  if (/^(sqlite|file):/.test(path)) {
    throw new OptionInvalid(
      'path',
      "give the file's path alone here; openStore() takes a URL such as 'sqlite:receipts.db'",
    )
  }
  return path
}

export function checkedTimeout(busyTimeoutMs: number = 5000): number {
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw new OptionInvalid('busyTimeoutMs', 'give a number of milliseconds, 0 or more')
  }
  return busyTimeoutMs
}
