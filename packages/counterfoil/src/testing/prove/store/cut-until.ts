import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { seeded } from '../../random.ts'
import type { FaultPoint } from '../../tcp-fault.ts'
import type { TcpProxy } from '../../tcp-proxy.ts'

const POINTS: readonly FaultPoint[] = ['before', 'inside', 'sent', 'answered']
/** Between two cuts at most. */
const REST_MS = 40
/**
 * A connection's first messages, in which a driver says who it is. One that is cut off there each time comes to no call,
 * and drivers wait longer and longer before they connect again.
 */
export const SPARED = 8
/** Some messages are never answered, and so not cut after their answer. */
const PATIENCE_MS = 1000

/** Cuts one connection after another, each at a point of its own, and none once it is over. */
export async function cutUntil(over: AbortSignal, proxy: TcpProxy, seed: number): Promise<void> {
  const random = seeded(seed)
  while (!over.aborted) {
    const givenUp = AbortSignal.any([over, AbortSignal.timeout(PATIENCE_MS)])
    const { struck } = proxy.plan({
      at: random.pick(POINTS),
      effect: 'cut',
      when: ({ number }) => number > SPARED && !givenUp.aborted,
    })
    await Promise.race([struck, once(givenUp, 'abort')])
    await setTimeout(random.int(REST_MS))
  }
}
