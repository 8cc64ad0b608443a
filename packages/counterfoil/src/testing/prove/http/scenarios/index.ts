import type { Scenario } from '../scenario.ts'
import { concurrent } from './concurrent.ts'
import { conflict } from './conflict.ts'
import { conflictInFlight } from './conflict-in-flight.ts'
import { duplicate } from './duplicate.ts'
import { identity } from './identity.ts'
import { keySpelling } from './key-spelling.ts'
import { refusedDuplicate } from './refused-duplicate.ts'
import { reordered } from './reordered.ts'

/** In the order in which they are played: what costs the target least first, and last what kills it. */
export const scenarios: readonly Scenario[] = [
  duplicate,
  identity,
  reordered,
  keySpelling,
  conflict,
  concurrent,
  conflictInFlight,
  refusedDuplicate,
]
