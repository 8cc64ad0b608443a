import type { Write } from './lane.ts'
import type { Table } from './table.ts'

export function perform(table: Table, write: Write): boolean {
  return write.do === 'claim' ? table.claim(write.values) : table.settle(write.values)
}

/** One fsync for all of them. */
export function together(table: Table, writes: readonly Write[]): boolean[] {
  table.begin()
  const held = writes.map((write) => perform(table, write))
  table.commit()
  return held
}
