import { isDecided } from '../judging/decided.ts'
import { judgeMalformed } from '../judging/malformed.ts'
import type { Round } from '../round.ts'
import { inTurn, kept, type Ruling } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'
import { LONG_KEYS, longKey } from './long-key.ts'

const NONE = { least: 0, most: 0 }

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
  requests: () => 6 + LONG_KEYS,
  play(round) {
    return inTurn([emptyKey, twoKeys, controlCharacter, longKey].map((play) => () => play(round)))
  },
}

async function emptyKey(round: Round): Promise<Ruling> {
  const { last } = await round.call({ as: 'a request with an empty key', keyLines: [''] }, isDecided)
  return judgeMalformed(last, { kind: 'not_counted' })
}

async function twoKeys(round: Round): Promise<Ruling> {
  const [one, two] = [await round.newKey(), await round.newKey()]
  const asked = { as: 'a request with two lines of keys', keyLines: [one, two] }
  const { last } = await round.call(asked, isDecided)
  const ofOne = judgeMalformed(last, await round.effects(NONE, one))
  return ofOne.kind === 'kept' ? judgeMalformed(last, await round.effects(NONE, two)) : ofOne
}

/** What parses HTTP may hang up on it. */
async function controlCharacter(round: Round): Promise<Ruling> {
  const key = await round.newKey()
  const asked = { as: 'a request with a control character in its key', keyLines: [`${key}\u0001`] }
  const last = await round.ask(asked)
  const hungUp = last.answer.kind === 'no_answer' && last.answer.why === 'broken_off'
  const effects = await round.effects(NONE, key)
  return hungUp && (effects.kind === 'not_counted' || effects.effects === 0)
    ? kept('On a control character in the key it hangs up, without a refusal.')
    : judgeMalformed(last, effects)
}
