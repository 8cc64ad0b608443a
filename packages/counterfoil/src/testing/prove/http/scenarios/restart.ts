import type { Held } from '../destination.ts'
import { judgeOneOutcome } from '../judging/one-outcome.ts'
import { succeeded } from '../judging/succeeded.ts'
import { outage } from '../outage.ts'
import { kept } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

export const restart: Scenario = {
  id: 'restart',
  title: 'An outcome outlives a restart of the service: a retry after it gets that outcome.',
  kind: 'slow',
  needs: ['restart'],
  seenBy: 'one_run',
  effects: () => ({ least: 1, most: 1 }),
  requests: () => 2,
  async play(round) {
    const first = await round.call({ as: 'the first request' })
    succeeded(first.last)
    const outlived = await outlives(await round.testbed.held(), outage(round))
    const retry = await round.call({ as: 'a retry after the restart' })
    // An attempt that breaks off later excuses nothing: there was an outcome.
    const found = judgeOneOutcome({
      calls: [first, retry],
      effects: await round.effects(),
      guarantee: 'at-most-once',
    })
    return found.kind === 'kept' && outlived ? kept(OUTLIVED) : found
  },
}

const OUTLIVED =
  'A connection outlived the restart: where no proxy stands in between that keeps it, the service was never down.'

async function outlives(connection: Held, outage: Promise<void>): Promise<boolean> {
  try {
    await outage
    return connection.stands
  } finally {
    connection.leave()
  }
}
