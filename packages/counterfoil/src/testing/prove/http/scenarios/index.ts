import type { Scenario } from '../scenario.ts'
import { concurrent } from './concurrent.ts'
import { conflict } from './conflict.ts'
import { conflictInFlight } from './conflict-in-flight.ts'
import { crash } from './crash.ts'
import { disconnect } from './disconnect.ts'
import { duplicate } from './duplicate.ts'
import { identity } from './identity.ts'
import { keySpelling } from './key-spelling.ts'
import { largeBody } from './large-body.ts'
import { lateRetry } from './late-retry.ts'
import { limited } from './limited.ts'
import { malformedKey } from './malformed-key.ts'
import { missingKey } from './missing-key.ts'
import { refusalLeaksNothing } from './refusal-leaks-nothing.ts'
import { refusedDuplicate } from './refused-duplicate.ts'
import { refusedUpstream } from './refused-upstream.ts'
import { reordered } from './reordered.ts'
import { restart } from './restart.ts'
import { scope } from './scope.ts'
import { tenants } from './tenants.ts'

/** In the order in which they are played: what costs the target least first, and last what kills it. */
export const scenarios: readonly Scenario[] = [
  duplicate,
  identity,
  reordered,
  keySpelling,
  missingKey,
  malformedKey,
  conflict,
  refusalLeaksNothing,
  scope,
  tenants,
  limited,
  refusedUpstream,
  largeBody,
  concurrent,
  conflictInFlight,
  refusedDuplicate,
  disconnect,
  lateRetry,
  restart,
  crash,
]
