import type { Effects } from './counter.ts'
import { type Asked, isSuccess } from './exchange.ts'
import { isDecided } from './judging/decided.ts'
import type { Elsewhere } from './judging/elsewhere.ts'
import { isReplayOf } from './judging/replay-of.ts'
import { succeeded } from './judging/succeeded.ts'
import type { Round } from './round.ts'

/** A request in the other scope that has nothing to do with the first. @throws {Unmeasured} where it is not served there */
export async function effectsThere(round: Round, there: Asked): Promise<Effects> {
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
  const unclear = isSuccess(other) && isReplayOf(first, other, round.testbed) === 'unclear'
  return round.effects({ least: unclear ? 2 : 1, most: 2 }, key)
}
