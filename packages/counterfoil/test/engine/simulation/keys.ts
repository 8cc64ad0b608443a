import { receiptId } from '../../../src/index.ts'
import { KEYS } from './plan.ts'

export const OPERATION = 'pay'

/** What a call says of a key of the plan. */
export function named(key: number): { readonly tenant: string; readonly key: string } {
  return { tenant: 'a tenant', key: `key ${key}` }
}

const ids = Array.from({ length: KEYS }, (_, key) => receiptId({ operation: OPERATION, ...named(key) }))

export function idOf(key: number): string {
  return ids[key] as string
}
