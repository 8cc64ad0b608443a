import { type Effects, toCount } from '../counter.ts'
import { type Call, isSuccess } from '../exchange.ts'
import { aftermathOf, judgeNoOutcome } from '../judging/aftermath.ts'
import { judgeOneOutcome } from '../judging/one-outcome.ts'
import { isMarked } from '../judging/replay-mark.ts'
import { broken, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'
import type { HttpProofTerms } from '../terms.ts'

/** It leaves after so many per cent of the time that an answer takes. */
const [EARLIEST, LATEST] = [20, 80]

export const disconnect: Scenario = {
  id: 'disconnect',
  title: 'A caller who hangs up before the answer, and asks again, gets the outcome of the one effect.',
  kind: 'race',
  needs: [],
  seenBy: 'one_run',
  effects: () => ({ least: 1, most: 1 }),
  requests: () => 3,
  async play(round) {
    const percent = EARLIEST + round.random.int(LATEST - EARLIEST + 1)
    const leavesAfterMs = Math.ceil((round.testbed.latencyMs * percent) / 100)
    const left = await round.call({ as: 'the caller who hung up', leavesAfterMs })
    const retries = [await round.call({ as: 'its retry' })]
    // What came at once may have been said of what still ran.
    if (retries.every(({ last }) => isSuccess(last))) retries.push(await round.call({ as: 'a later retry' }))
    return judgeHangUp({ left, retries, effects: await round.effects(), guarantee: round.terms.guarantee })
  },
}

const UNCOUNTED = `Nobody counted whether the caller who hung up had an effect too; give ${toCount}.`

interface HangUp {
  readonly left: Call
  /** At least one. */
  readonly retries: readonly Call[]
  readonly effects: Effects
  readonly guarantee: HttpProofTerms['guarantee']
}

/** Nothing has failed but the caller's connection: that is no reason to run again under any guarantee. */
export function judgeHangUp({ left, retries, effects, guarantee }: HangUp): Ruling {
  const [first, last] = [left.last, (retries[0] as Call).last]
  if (effects.kind === 'counted' && effects.effects > 1) {
    return broken(`One key had ${effects.effects} effects, after its caller hung up.`, [first, last])
  }
  const aftermath = aftermathOf(last)
  if (aftermath === 'outcome') {
    const found = judgeOneOutcome({ calls: retries, effects, guarantee })
    // Nobody heard the first answer: what a retry got may be of a run of its own.
    const seen = effects.kind === 'counted' || isMarked(last)
    return found.kind === 'kept' && !seen ? unmeasured(UNCOUNTED) : found
  }
  if (aftermath === 'failure') {
    return broken('A caller who hung up never gets the outcome: a retry is told of a failure.', [first, last])
  }
  return judgeNoOutcome(aftermath, { first, last, after: 'after its caller hung up', guarantee })
}
