import type { Lane } from './lane.ts'
import { openTable } from './table.ts'
import { together } from './transaction.ts'
import { turnBatch } from './turn-batch.ts'

/** What arrives in one turn of the event loop is one transaction, on the main thread. */
export function groupedLane(path: string): Lane {
  const table = openTable(path)
  return {
    write: turnBatch((batch) => {
      const held = together(
        table,
        batch.map(({ write }) => write),
      )
      batch.forEach(({ resolve }, index) => {
        resolve(held[index] === true)
      })
    }),
    read: table.read,
    close: async () => table.close(),
  }
}
