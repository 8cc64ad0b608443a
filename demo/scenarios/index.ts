import type { Scenario } from '../scenario.ts'
import { anotherRequest } from './another-request.ts'
import { callerGivesUp } from './caller-gives-up.ts'
import { control } from './control.ts'
import { anotherBody } from './http/another-body.ts'
import { concurrent } from './http/concurrent.ts'
import { duplicate } from './http/duplicate.ts'
import { gatewayKilled, gatewayKilledAndRunAgain } from './http/gateway-killed.ts'
import { gatewayRestarted } from './http/gateway-restarted.ts'
import { hangUp } from './http/hang-up.ts'
import { killedAfterTheEffect } from './killed-after-the-effect.ts'
import { killedAndRunAgain } from './killed-and-run-again.ts'
import { killedBeforeTheEffect } from './killed-before-the-effect.ts'
import { membersInAnotherOrder } from './members-in-another-order.ts'
import { restart } from './restart.ts'
import { retryStorm } from './retry-storm.ts'
import { twoTenants } from './two-tenants.ts'
import { zombie } from './zombie.ts'

export const scenarios: readonly Scenario[] = [
  retryStorm,
  control,
  anotherRequest,
  membersInAnotherOrder,
  twoTenants,
  callerGivesUp,
  killedAfterTheEffect,
  killedBeforeTheEffect,
  killedAndRunAgain,
  zombie,
  restart,
  duplicate,
  concurrent,
  anotherBody,
  hangUp,
  gatewayKilled,
  gatewayKilledAndRunAgain,
  gatewayRestarted,
]
