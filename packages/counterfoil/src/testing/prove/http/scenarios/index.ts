import type { Scenario } from '../scenario.ts'
import { concurrent } from './concurrent.ts'
import { duplicate } from './duplicate.ts'

/** In the order in which they are played: the plain ones first, those that kill the service last. */
export const scenarios: readonly Scenario[] = [duplicate, concurrent]
