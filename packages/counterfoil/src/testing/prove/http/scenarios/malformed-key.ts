import type { Effects } from '../counter.ts'
import { isDecided, isDecidedRefusal } from '../decided.ts'
import { type Answered, type Asked, type Call, type Exchange, isSuccess } from '../exchange.ts'
import { broken, type Finding, inTurn, kept, unmeasured } from '../finding.ts'
import { isReplayOf } from '../replay-of.ts'
import type { Round } from '../round.ts'
import { sameOutcome } from '../same-outcome.ts'
import type { Scenario } from '../scenario.ts'
import { said } from '../succeeded.ts'

/** Longer than what a usual column holds. */
const LONG = 300

/**
 * No key, two, one with a control character: none of them is a key. A long one may be: where it is taken for one it must be one
 * to the last character.
 */
export const malformedKey: Scenario = {
  id: 'malformed-key',
  title: 'A malformed key is refused, and never half understood.',
  luck: 'plain',
  needs: [],
  seenBy: 'answers',
  effects: () => ({ least: 0, most: 1 }),
  requests: () => 6,
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
  const stem = (await round.newKey()).padEnd(LONG - 1, '-')
  const [key, other] = [`${stem}a`, `${stem}b`]
  for (const one of [key, other]) await round.ground.counter?.begin(one)
  const asked: Asked = { as: `a request with a key of ${LONG} characters`, key }
  const first = (await round.call(asked, isDecided)).last
  if (!isSuccess(first)) return judgeMalformed(first, await round.effects(NONE, key))
  const retry = await round.call({ ...asked, as: 'its retry' })
  const sibling = await round.call({ as: 'one whose key ends otherwise', key: other }, isDecided)
  const effects = await round.effects({ least: 1, most: 1 }, key)
  return judgeLong(first, { retry, sibling, effects }, round.ground)
}

/** A long key that was taken: it counts as a whole, or it isn't one. */
export function judgeLong(
  first: Answered,
  { retry, sibling, effects }: { readonly retry: Call; readonly sibling: Call; readonly effects: Effects },
  endpoint: { readonly tellsRunsApart: boolean },
): Finding {
  if (effects.kind === 'counted' && effects.effects > 1) {
    return broken(`A key of ${LONG} characters had ${effects.effects} effects.`, [first, retry.last])
  }
  for (const { last } of [retry, sibling]) if (!isDecided(last)) return unmeasured(`${said(last)}.`)
  if (!isSuccess(retry.last) || !sameOutcome(first.answer, retry.last.answer)) {
    return broken(`A retry with a key of ${LONG} characters did not get its outcome.`, [first, retry.last])
  }
  const met = !isSuccess(sibling.last) || isReplayOf(first, sibling.last, endpoint) === 'yes'
  return met
    ? broken(`Two keys of ${LONG} characters that differ in the last one are taken for one.`, [
        first,
        sibling.last,
      ])
    : kept(`A key of ${LONG} characters is taken.`)
}
