import { openTcpProxy } from '../../../tcp-proxy.ts'
import { cutUntil } from '../cut-until.ts'
import { faultIn } from '../judge.ts'
import { inPlace } from '../place.ts'
import { playRounds } from '../rounds.ts'
import { isShared, type Scenario } from '../scenario.ts'
import { newKeys, seedOf } from './storms.ts'

const KEYS = 8

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
