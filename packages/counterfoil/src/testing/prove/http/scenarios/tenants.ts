import { judgeStillThere } from '../contest.ts'
import type { Effects } from '../counter.ts'
import { isDecided } from '../decided.ts'
import { type Answered, type Exchange, isSuccess } from '../exchange.ts'
import { broken, type Finding, kept, unmeasured } from '../finding.ts'
import { isReplayOf } from '../replay-of.ts'
import type { Round } from '../round.ts'
import type { Scenario } from '../scenario.ts'
import { said, succeeded } from '../succeeded.ts'

/** The same request with the same key, by somebody else: after the outcome, and while the first one runs. */
export const tenants: Scenario = {
  id: 'tenants',
  title:
    'Another caller’s request with the same key runs for itself or is refused, and never gets the first one’s outcome.',
  luck: 'plain',
  needs: ['as'],
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 2 }),
  requests: () => 6,
  async play(round) {
    await othersOwn(round)
    const after = await afterOutcome(round)
    return after.kind === 'kept' ? whileRunning(round, after) : after
  },
}

/** @throws {Unmeasured} where the other caller may not make the request at all */
async function othersOwn(round: Round): Promise<void> {
  const headers = round.terms.as ?? []
  const key = await round.newKey()
  const { last } = await round.call(
    { as: 'the other caller, under a key of its own', key, headers },
    isDecided,
  )
  succeeded(last)
}

async function afterOutcome(round: Round): Promise<Finding> {
  const headers = round.terms.as ?? []
  const first = succeeded((await round.call({ as: 'the first caller' })).last)
  const other = await round.call({ as: 'the other caller', headers }, isDecided)
  const again = await round.call({ as: 'the first caller again' })
  const effects = await round.effects(tenants.effects(round.terms))
  const finding = judgeOther(first, { other: other.last, effects }, round.ground)
  if (finding.kind !== 'kept') return finding
  const still = judgeStillThere(first, again, 'another caller’s request')
  return still.kind === 'kept' ? finding : still
}

async function whileRunning(round: Round, so: Finding): Promise<Finding> {
  const headers = round.terms.as ?? []
  const key = await round.newKey()
  const { answered } = await round.begin({ as: 'the first caller', key })
  await round.untilEffects(1, key)
  const other = await round.ask({ as: 'the other caller, meanwhile', key, headers })
  const first = await answered
  const effects = await round.effects(tenants.effects(round.terms), key)
  if (!isSuccess(first)) return unmeasured(`${said(first)}.`)
  const finding = judgeOther(first, { other, effects }, round.ground)
  return finding.kind === 'kept' ? so : finding
}

/** @param other the other caller's last exchange under the first one's key */
export function judgeOther(
  first: Answered,
  { other, effects }: { readonly other: Exchange; readonly effects: Effects },
  endpoint: { readonly tellsRunsApart: boolean },
): Finding {
  if (!isDecided(other)) return unmeasured(`${said(other)}.`)
  if (!isSuccess(other)) return kept(noteOn(other))
  const replay = isReplayOf(first, other, endpoint)
  if (replay === 'no') return kept()
  const ranOnce = effects.kind === 'counted' && effects.effects === 1
  if (replay === 'yes' || ranOnce) {
    return broken('One caller’s outcome was given to another one who used the same key.', [first, other])
  }
  return effects.kind === 'counted'
    ? kept()
    : unmeasured(
        'The endpoint answers every run alike, so that only a count of effects tells whose answer it was.',
      )
}

function noteOn({ answer }: Exchange): string | undefined {
  if (answer.kind === 'no_answer' || [401, 403].includes(answer.status)) return undefined
  return `Another caller with the same key is refused with ${answer.status}: callers share their keys, and can be in each other’s way.`
}
