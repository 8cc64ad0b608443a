import { type Effects, toCount } from '../counter.ts'
import { type Call, type Exchange, exchangesOf, isSuccess, successesIn } from '../exchange.ts'
import { aftermathOf, judgeNoOutcome } from '../judging/aftermath.ts'
import { judgeOneOutcome, twoOutcomes } from '../judging/one-outcome.ts'
import { outage } from '../outage.ts'
import { isAnswered, type Round } from '../round.ts'
import { broken, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'
import type { HttpProofTerms } from '../terms.ts'

const AFTER = 'after the service was killed'

export const crash: Scenario = {
  id: 'crash',
  title:
    'A service that is killed in the middle of a request wedges no key: a retry runs, or is told that the outcome is unknown, as the guarantee says.',
  kind: 'slow_race',
  needs: ['kill', 'restart'],
  seenBy: 'one_run',
  effects: ({ guarantee }) => ({ least: 0, most: guarantee === 'at-least-once' ? 2 : 1 }),
  requests: () => 2 + 3 * MOMENTS.length,
  async play(round) {
    const running = await toldWhileRunning(round)
    let why = TOO_LATE
    for (const [n, moment] of MOMENTS.entries()) {
      const key = n === 0 ? round.key : await round.newKey()
      const first = await cutOff(round, key, moment)
      if (first === undefined) continue
      const before = await round.effects({ least: 0, most: 0 }, key)
      const found = await aftermath(round, { key, first, running })
      if (found.kind !== 'kept' || before.kind === 'not_counted' || before.effects > 0) return found
      // Nothing tells whether the service had begun: what had not is no evidence.
      why = TOO_EARLY
    }
    return unmeasured(why)
  },
}

/** When the service is killed, once the request of this key has left. */
type Moment = (round: Round, key: string) => Promise<void>

/** Best once it has had its effect; and where that is too late, since its answer follows at once, by time. */
const MOMENTS: readonly Moment[] = [
  (round, key) => round.untilEffects(1, key),
  partOfItsTime(1 / 3),
  partOfItsTime(2 / 3),
]

function partOfItsTime(part: number): Moment {
  return (round) => round.pause(round.testbed.latencyMs * part)
}

const TOO_LATE =
  'The request was answered before the service was dead, though it was killed as soon as an effect was counted, and again a third and two thirds of the usual time after the request had left; give a request that takes longer, or a --kill-cmd that is quicker.'

const TOO_EARLY =
  'The service died before the request had its effect, or after its answer: what a crash in between leaves cannot be seen; give a request that takes longer after its effect, or a --kill-cmd that is quicker.'

/** @returns nothing where the request was answered before the service was dead */
async function cutOff(round: Round, key: string, moment: Moment): Promise<Exchange | undefined> {
  const { answered } = await round.begin({ as: 'the request that was cut off', key })
  await moment(round, key)
  await outage(round)
  const first = await answered
  return isSuccess(first) ? undefined : first
}

async function aftermath(
  round: Round,
  { key, first, running }: { readonly key: string; readonly first: Exchange; readonly running: Exchange },
): Promise<Ruling> {
  const { guarantee } = round.terms
  const retries = [await round.call({ as: 'a retry after the restart', key }, isOver(guarantee, running))]
  if (retries.every(({ last }) => isSuccess(last))) {
    retries.push(await round.call({ as: 'a later retry', key }))
  }
  const effects = await round.effects(crash.effects(round.terms), key)
  return judgeCrash({ first, running, retries, effects, guarantee })
}

/** What is held stays so, where nothing runs again by itself: there is no need to ask until the lease has ended. */
function isOver(guarantee: HttpProofTerms['guarantee'], running: Exchange): (exchange: Exchange) => boolean {
  return (exchange) =>
    isAnswered(exchange) || (guarantee === 'at-most-once' && aftermathOf(exchange, running) === 'unknown')
}

/** What the service says to a duplicate while the first one runs, so that its words are known later. */
async function toldWhileRunning(round: Round): Promise<Exchange> {
  const key = await round.newKey()
  const { answered } = await round.begin({ as: 'a request that is not cut off', key })
  await round.untilEffects(1, key)
  const told = await round.ask({ as: 'its duplicate', key })
  await answered
  return told
}

export interface Crash {
  readonly first: Exchange
  readonly running: Exchange
  /** At least one. */
  readonly retries: readonly Call[]
  readonly effects: Effects
  readonly guarantee: HttpProofTerms['guarantee']
}

export function judgeCrash({ first, running, retries, effects, guarantee }: Crash): Ruling {
  const { last } = retries[0] as Call
  const most = guarantee === 'at-least-once' ? 2 : 1
  if (effects.kind === 'counted' && effects.effects > most) {
    return broken(`One key had ${effects.effects} effects ${AFTER} once.`, [first, last])
  }
  const aftermath = aftermathOf(last, running)
  if (aftermath !== 'outcome') return judgeNoOutcome(aftermath, { first, last, after: AFTER, guarantee })
  if (guarantee === 'at-most-once' && effects.kind === 'not_counted') {
    return unmeasured(
      `A retry succeeded after the crash, and nobody counted whether it ran again; give ${toCount}.`,
    )
  }
  const two = twoOutcomes(successesIn(exchangesOf(retries)))
  if (two !== undefined) return broken('Two retries after the crash got different outcomes.', two)
  return judgeOneOutcome({ calls: retries, effects: { kind: 'not_counted' }, guarantee })
}
