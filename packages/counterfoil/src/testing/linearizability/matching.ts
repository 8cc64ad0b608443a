import type { StoreTime } from '../../core/index.ts'
import type { ClaimAnswer, StoredAfter } from '../storm/storm-event.ts'

/** When the store may have read its clock for a call, by that clock. */
export interface Moments {
  readonly from: StoreTime
  readonly to: StoreTime
}

/** By how much later than expected the times of an answer are, between the two. */
export interface Shift {
  readonly least: number
  readonly most: number
}

/** Stores count whole milliseconds, some up and some down, and some keep a lease as a time to live. */
export const ROUNDING_MS = 2

const momentNames: ReadonlySet<string> = new Set(['settledAt', 'at'])
const remainderNames: ReadonlySet<string> = new Set(['leaseLeftMs', 'recoverableInMs'])
/** Looked at by themselves: the moment of a grant is reckoned from them. */
const ofGrants: ReadonlySet<string> = new Set(['claimedAt', 'leaseEndsAt'])

/** Whether an answer is as expected but for its moments; by how much these are later, where it is. */
export function matching<T extends ClaimAnswer | StoredAfter>(expected: T, seen: T): Shift | undefined {
  let shift: Shift = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }
  const theirs = seen as unknown as Readonly<Record<string, unknown>>
  for (const [name, value] of Object.entries(expected)) {
    const other = theirs[name]
    if (ofGrants.has(name)) continue
    if (momentNames.has(name)) {
      const by = (other as number) - (value as number)
      shift = { least: Math.max(shift.least, by - ROUNDING_MS), most: Math.min(shift.most, by + ROUNDING_MS) }
    } else if (remainderNames.has(name) && typeof value === 'number') {
      if (typeof other !== 'number' || Math.abs(other - value) > ROUNDING_MS) return undefined
    } else if (!isSame(value, other)) return undefined
  }
  return shift.least <= shift.most ? shift : undefined
}

export function within(at: StoreTime, { from, to }: Moments): boolean {
  return at >= from && at <= to
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return Object.entries(a).every(([name, value]) => isSame(value, (b as Record<string, unknown>)[name]))
}
