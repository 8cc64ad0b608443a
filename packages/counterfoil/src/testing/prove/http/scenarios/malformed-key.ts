import { type Effects, toCount } from '../counter.ts'
import { type Answered, type Asked, type Call, type Exchange, isSuccess } from '../exchange.ts'
import { broken, type Finding, inTurn, kept, unmeasured } from '../finding.ts'
import { isDecided, isDecidedRefusal, isFault } from '../judging/decided.ts'
import { isReplayOf } from '../judging/replay-of.ts'
import { sameOutcome } from '../judging/same-outcome.ts'
import { said } from '../judging/succeeded.ts'
import type { Round } from '../round.ts'
import type { Scenario } from '../scenario.ts'

/** Longer than what a usual column holds; and where that is refused, what is taken may yet be cut. */
const LENGTHS = [300, 255, 128, 100, 64]

/**
 * No key, two, one with a control character: none of them is a key. A long one may be: where it is taken for one it must be one
 * to the last character.
 */
export const malformedKey: Scenario = {
  id: 'malformed-key',
  title: 'A malformed key is refused, and never half understood.',
  kind: 'plain',
  needs: [],
  seenBy: 'answers',
  effects: () => ({ least: 0, most: 1 }),
  requests: () => 6 + LENGTHS.length,
  play(round) {
    return inTurn([emptyKey, twoKeys, controlCharacter, longKey].map((play) => () => play(round)))
  },
}

async function emptyKey(round: Round): Promise<Finding> {
  const { last } = await round.call({ as: 'a request with an empty key', keyLines: [''] }, isDecided)
  return judgeMalformed(last, { kind: 'not_counted' })
}

async function twoKeys(round: Round): Promise<Finding> {
  const [one, two] = [await round.newKey(), await round.newKey()]
  const asked = { as: 'a request with two lines of keys', keyLines: [one, two] }
  const { last } = await round.call(asked, isDecided)
  const ofOne = judgeMalformed(last, await round.effects(NONE, one))
  return ofOne.kind === 'kept' ? judgeMalformed(last, await round.effects(NONE, two)) : ofOne
}

/** What parses HTTP may hang up on it. */
async function controlCharacter(round: Round): Promise<Finding> {
  const key = await round.newKey()
  const asked = { as: 'a request with a control character in its key', keyLines: [`${key}\u0001`] }
  const last = await round.ask(asked)
  const hungUp = last.answer.kind === 'no_answer' && last.answer.why === 'broken_off'
  const effects = await round.effects(NONE, key)
  return hungUp && (effects.kind === 'not_counted' || effects.effects === 0)
    ? kept('On a control character in the key it hangs up, without a refusal.')
    : judgeMalformed(last, effects)
}

const NONE = { least: 0, most: 0 }

/** @param effects of a key that stands in the request */
export function judgeMalformed(last: Exchange, effects: Effects): Finding {
  if (effects.kind === 'counted' && effects.effects > 0) {
    return broken(`What was sent with a malformed key had its effect: ${last.asked.as}.`, [last])
  }
  if (isDecidedRefusal(last)) return kept()
  if (!isDecided(last)) return unmeasured(`${said(last)}.`)
  return isSuccess(last)
    ? broken(
        `What was sent with a malformed key was taken, and nobody can tell what protects it: ${last.asked.as}.`,
        [last],
      )
    : broken(`A malformed key ended in a fault of the service, and not in a refusal: ${last.asked.as}.`, [
        last,
      ])
}

async function longKey(round: Round): Promise<Finding> {
  for (const length of LENGTHS) {
    const stem = (await round.newKey()).padEnd(length - 1, '-')
    const [key, ...others] = [`${stem}a`, `${stem}b`, `${stem}A`]
    for (const one of [key, ...others]) await round.ground.counter?.begin(one as string)
    const asked: Asked = { as: `a request with a key of ${length} characters`, key }
    const first = (await round.call(asked, isDecided)).last
    if (isSuccess(first)) {
      return inTurn(others.map((other) => () => playLong(round, { length, asked, first, other })))
    }
    const refused = judgeMalformed(first, await round.effects(NONE, key))
    if (refused.kind !== 'kept') return refused
  }
  return kept()
}

interface LongKey {
  readonly length: number
  readonly asked: Asked
  readonly first: Answered
  /** Another key, which differs in its last character, be it only by its case. */
  readonly other: string
}

async function playLong(round: Round, { length, asked, first, other }: LongKey): Promise<Finding> {
  const retry = await round.call({ ...asked, as: 'its retry' })
  const sibling = await round.call({ as: 'one whose key ends otherwise', key: other }, isDecided)
  const effects = await round.effects({ least: 1, most: 1 }, asked.key as string)
  const unclear = isSuccess(sibling.last) && isReplayOf(first, sibling.last, round.ground) === 'unclear'
  const ofSibling: Effects = unclear ? await round.effects(undefined, other) : { kind: 'not_counted' }
  return judgeLong(first, { length, retry, sibling, effects, ofSibling }, round.ground)
}

export interface LongSeen extends Pick<LongKey, 'length'> {
  readonly retry: Call
  readonly sibling: Call
  readonly effects: Effects
  /** Of the key that ends otherwise, where answers don't tell whether it ran. */
  readonly ofSibling: Effects
}

/** A long key that was taken: it counts as a whole, or it isn't one. */
export function judgeLong(
  first: Answered,
  { length, retry, sibling, effects, ofSibling }: LongSeen,
  endpoint: { readonly tellsRunsApart: boolean },
): Finding {
  if (effects.kind === 'counted' && effects.effects > 1) {
    return broken(`A key of ${length} characters had ${effects.effects} effects.`, [first, retry.last])
  }
  const unclear = [retry.last, sibling.last].find((last) => !isDecided(last) || isFault(last))
  if (unclear !== undefined) return unmeasured(`${said(unclear)}.`)
  if (!isSuccess(retry.last) || !sameOutcome(first.answer, retry.last.answer)) {
    return broken(`A retry with a key of ${length} characters did not get its outcome.`, [first, retry.last])
  }
  const replay = isSuccess(sibling.last) ? isReplayOf(first, sibling.last, endpoint) : 'yes'
  const counts = effects.kind === 'counted' && effects.effects === 1 && ofSibling.kind === 'counted'
  if (replay === 'unclear' && !counts) {
    return unmeasured(
      `A key of ${length} characters is taken, and every run is answered alike: whether it counts to its last character cannot be seen; give ${toCount}.`,
    )
  }
  const met = replay === 'yes' || (replay === 'unclear' && counts && ofSibling.effects === 0)
  return met
    ? broken(`Two keys of ${length} characters that differ in the last one are taken for one.`, [
        first,
        sibling.last,
      ])
    : kept(`A key of ${length} characters is taken.`)
}
