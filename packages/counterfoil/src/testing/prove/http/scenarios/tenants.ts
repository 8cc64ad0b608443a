import type { Effects } from '../counter.ts'
import { type Exchange, isSuccess } from '../exchange.ts'
import { judgeStillThere } from '../judging/contest.ts'
import { isDecided } from '../judging/decided.ts'
import { judgeElsewhere } from '../judging/elsewhere.ts'
import { succeeded } from '../judging/succeeded.ts'
import { effectsOfBoth, effectsThere } from '../play-elsewhere.ts'
import type { Round } from '../round.ts'
import { kept, type Ruling } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

const GAVE = 'One caller’s outcome was given to another one who used the same key.'

/** The same request with the same key, by somebody else: after the outcome, and while the first one runs. */
export const tenants: Scenario = {
  id: 'tenants',
  title:
    'Another caller’s request with the same key runs for itself or is refused, and never gets the first one’s outcome.',
  kind: 'plain',
  needs: ['as'],
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 2 }),
  requests: () => 6,
  async play(round) {
    const countedThere = await effectsThere(round, another(round))
    const after = await afterOutcome(round, countedThere)
    if (after.kind !== 'kept') return after
    const meanwhile = await whileRunning(round, countedThere)
    return meanwhile.kind === 'kept' ? after : meanwhile
  },
}

function another({ terms }: Round) {
  return { as: 'the other caller', headers: terms.as ?? [] }
}

async function afterOutcome(round: Round, countedThere: Effects): Promise<Ruling> {
  const first = succeeded((await round.call({ as: 'the first caller' })).last)
  const other = (await round.call(another(round), isDecided)).last
  const again = await round.call({ as: 'the first caller again' })
  const effects = await effectsOfBoth(round, { first, other }, round.key)
  const ruling = judgeElsewhere({ first, other, effects, countedThere }, round.testbed, GAVE)
  if (ruling.kind !== 'kept') return ruling
  const still = judgeStillThere(first, again, 'another caller’s request')
  return still.kind === 'kept' ? kept(noteOn(other)) : still
}

async function whileRunning(round: Round, countedThere: Effects): Promise<Ruling> {
  const key = await round.newKey()
  const { answered } = await round.begin({ as: 'the first caller, who has to wait', key })
  await round.untilEffects(1, key)
  const other = await round.ask({ ...another(round), key })
  const first = succeeded(await answered)
  const effects = await effectsOfBoth(round, { first, other }, key)
  return judgeElsewhere({ first, other, effects, countedThere }, round.testbed, GAVE)
}

function noteOn(other: Exchange): string | undefined {
  if (isSuccess(other) || other.answer.kind === 'no_answer') return undefined
  const { status } = other.answer
  return status === 401 || status === 403
    ? undefined
    : `Another caller with the same key is refused with ${status}: callers share their keys, and can be in each other’s way.`
}
