import type { Lane } from './lane.ts'
import { openTable } from './table.ts'
import { perform } from './transaction.ts'

/** What one writes first: each step a transaction of its own, on the main thread. */
export function stepLane(path: string): Lane {
  const table = openTable(path)
  return {
    write: (write) => perform(table, write),
    read: table.read,
    close: async () => table.close(),
  }
}
