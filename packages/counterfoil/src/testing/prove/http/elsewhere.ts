import type { Effects } from './counter.ts'
import { isDecided } from './decided.ts'
import { type Answered, type Asked, type Exchange, isSuccess } from './exchange.ts'
import { broken, type Finding, kept, unmeasured } from './finding.ts'
import { isReplayOf } from './replay-of.ts'
import type { Round } from './round.ts'
import { toCount } from './scenario.ts'
import { said, succeeded } from './succeeded.ts'

/** What became of a key in two scopes: of two callers, or at two endpoints. */
export interface Elsewhere {
  readonly first: Answered
  /** In the other scope, with the same key. */
  readonly other: Exchange
  /** Of that key, in both scopes. */
  readonly effects: Effects
  /** Of a key that only the other scope has seen: whether what happens there is counted at all. */
  readonly countedThere: Effects
}

/** A request in the other scope that has nothing to do with the first. @throws {Unmeasured} where it is not served there */
export async function alone(round: Round, there: Asked): Promise<Effects> {
  const key = await round.newKey()
  succeeded((await round.call({ ...there, as: `${there.as}, with a key of its own`, key }, isDecided)).last)
  return round.effects({ least: 0, most: 1 }, key)
}

/** Where only a count can tell whether it ran twice, the second effect is waited for. */
export function effectsOfBoth(
  round: Round,
  { first, other }: Pick<Elsewhere, 'first' | 'other'>,
  key: string,
): Promise<Effects> {
  const unclear = isSuccess(other) && isReplayOf(first, other, round.ground) === 'unclear'
  return round.effects({ least: unclear ? 2 : 1, most: 2 }, key)
}

/** It runs for itself there, or is refused. @param gave what would be wrong, a sentence */
export function judgeElsewhere(
  { first, other, effects, countedThere }: Elsewhere,
  endpoint: { readonly tellsRunsApart: boolean },
  gave: string,
): Finding {
  if (!isDecided(other)) return unmeasured(`${said(other)}.`)
  if (!isSuccess(other)) return kept()
  const replay = isReplayOf(first, other, endpoint)
  if (replay === 'no') return kept()
  if (replay === 'yes') return broken(gave, [first, other])
  if (effects.kind === 'not_counted') {
    return unmeasured(
      `Every run is answered alike, so that only a count tells whose answer it was; give ${toCount}.`,
    )
  }
  if (countedThere.kind === 'not_counted' || countedThere.effects !== 1) {
    return unmeasured(
      `Every run is answered alike, and the effects of ${other.asked.as} are not counted; count them too, by the same key.`,
    )
  }
  return effects.effects > 1 ? kept() : broken(gave, [first, other])
}
