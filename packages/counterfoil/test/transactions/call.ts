import type { CallInTransaction } from '../../src/index.ts'

export function callFor<Tx>(key: string, more: Partial<CallInTransaction<Tx>> = {}): CallInTransaction<Tx> {
  return { tenant: 'acme', key, request: { item: 'book' }, ...more }
}
