import { setTimeout } from 'node:timers/promises'
import { seeded } from '../../../random.ts'
import type { FaultPoint, PlannedFault } from '../../../tcp-fault.ts'
import { openTcpProxy, type TcpProxy } from '../../../tcp-proxy.ts'
import { faultIn } from '../judge.ts'
import { inPlace } from '../place.ts'
import { playRounds } from '../rounds.ts'
import { isShared, type Scenario } from '../scenario.ts'
import { newKeys, seedOf } from './storms.ts'

const KEYS = 8
const POINTS: readonly FaultPoint[] = ['before', 'inside', 'sent', 'answered']
/** Between two cuts at most. */
const REST_MS = 40
/** A connection's first messages, in which a driver says who it is: cut off there each time, it never comes to a call. */
const SPARED = 8
/** A message that is never answered is not cut after its answer. */
const PATIENCE_MS = 1000

export const lostAnswers: Scenario = {
  id: 'lost-answers',
  title:
    'In a storm whose connections break before, during and after a call, one order of the calls explains every answer.',
  appliesTo: (kind) => isShared(kind) && kind.network.kind !== 'none',
  missing: ({ kind: { network } }) => {
    if (network.kind === 'none') return 'The store is a file: there is no connection that could break.'
    return network.kind === 'bound' ? network.why : undefined
  },
  play: (testbed, tell) =>
    inPlace(testbed, async (_, { network }) => {
      if (network.kind !== 'one server') throw new TypeError('a proxy stands before one server')
      const proxy = await openTcpProxy(network)
      try {
        const proxied = testbed.store.at(network.through('127.0.0.1', proxy.port))
        return await playRounds(testbed, proxied, testbed.terms.rounds, tell, async (storm, round) => {
          const keys = newKeys(KEYS)
          const over = new AbortController()
          const cutting = cutUntil(over.signal, proxy, seedOf(testbed, round, 0))
          const events = await storm((index) => ({
            storm: 'mixed',
            keys,
            calls: testbed.terms.calls,
            concurrency: 4,
            seed: seedOf(testbed, round, index),
            caller: `process ${index + 1}`,
            outages: 'expected',
          })).finally(() => over.abort())
          await cutting
          const lost = events.filter(({ answer }) => answer.kind === 'unknown').length
          const why =
            'No answer was lost: the storm was over before one was, or its driver sent all calls again.'
          const verdict = faultIn(events, testbed.terms.clockSlackMs)
          return { events, verdict: verdict ?? (lost > 0 ? undefined : { kind: 'not_shown', why }) }
        })
      } finally {
        await proxy.close()
      }
    }),
}

/** Cuts one connection after another, each at a point of its own. */
async function cutUntil(signal: AbortSignal, proxy: TcpProxy, seed: number): Promise<void> {
  const random = seeded(seed)
  const ended = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  // What is planned for this round does not strike in the next one.
  const when: PlannedFault['when'] = ({ number }) => number > SPARED && !signal.aborted
  while (!signal.aborted) {
    const { struck } = proxy.plan({ at: random.pick(POINTS), effect: 'cut', when })
    await Promise.race([struck, ended, setTimeout(PATIENCE_MS, undefined, { ref: false })])
    await setTimeout(random.int(REST_MS))
  }
}
