import { type Effects, toCount } from '../counter.ts'
import { type Answered, type Exchange, isSuccess } from '../exchange.ts'
import { broken, kept, type Ruling, unmeasured } from '../ruling.ts'
import { isDecided, isFault } from './decided.ts'
import { isReplayOf } from './replay-of.ts'
import { said } from './succeeded.ts'

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

/** It runs for itself there, or is refused. @param gave what would be wrong, a sentence */
export function judgeElsewhere(
  { first, other, effects, countedThere }: Elsewhere,
  endpoint: { readonly tellsRunsApart: boolean },
  gave: string,
): Ruling {
  if (!isDecided(other) || isFault(other)) return unmeasured(`${said(other)}.`)
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
