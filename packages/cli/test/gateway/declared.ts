import type { HttpDifference, HttpServiceUnderTest } from 'counterfoil/testing'

type Declared = Pick<HttpServiceUnderTest, 'has' | 'differs'>

export type GatewayName = 'gateway' | 'gateway behind a gateway'

const otherOperation: HttpDifference = {
  why: 'To the gateway, an upstream’s method and path are an operation of their own, with keys of their own.',
  seen: 'the status of key-conflict: expected 422, seen 200',
}

const differs = { 'different-path': otherOperation, 'different-method': otherOperation }

/** What the gateway has, and where it deliberately does otherwise: the suite sees to it that it does. */
export const declaredGateways: Readonly<Record<GatewayName, Declared>> = {
  gateway: { has: ['hop'], differs },
  'gateway behind a gateway': {
    has: ['hop', 'second_hop'],
    differs: {
      ...differs,
      'hop-broken-off': {
        why: 'To the first gateway, the 502 by which the second says so is a failure like every 5xx: it is stored, and a retry gets it.',
        seen: 'the status of outcome-unknown: expected 409, seen 502',
      },
    },
  },
}
