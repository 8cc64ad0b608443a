import { join } from 'node:path'
import { createReceipts, type Operation, openStore } from 'counterfoil'
import type { ServiceTerms } from './terms.ts'

/** The operation that each of Counterfoil's services has, on the store that its variant names. */
export async function charging({
  folder,
  redisUrl,
  leaseMs,
  variant,
}: ServiceTerms): Promise<Operation<never>> {
  const store = await openStore(variant === 'Redis' ? redisUrl : `sqlite://${join(folder, 'receipts.db')}`)
  return createReceipts({ store }).operation<never>('POST', {
    guarantee: 'at-most-once',
    lease: `${leaseMs}ms`,
  })
}

/** Each path is an operation of its own. */
export const nameOf = (path: string): string => `POST ${path}`
