import type { Scenario } from '../scenario.ts'
import { contract } from './contract.ts'
import { lostAnswers } from './lost-answers.ts'
import { oneClaim } from './one-claim.ts'
import { failover, restart } from './outages.ts'
import { settings } from './settings.ts'
import { clockSkew, storm, zombies } from './storms.ts'

/** In the order in which they are played: what ends the server comes last. */
export const scenarios: readonly Scenario[] = [
  settings,
  ...contract,
  oneClaim,
  storm,
  zombies,
  clockSkew,
  lostAnswers,
  restart,
  failover,
]
