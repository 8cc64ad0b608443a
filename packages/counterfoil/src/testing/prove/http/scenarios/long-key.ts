import { type Effects, toCount } from '../counter.ts'
import { type Answered, type Asked, type Call, isSuccess } from '../exchange.ts'
import { isDecided, isFault } from '../judging/decided.ts'
import { judgeMalformed } from '../judging/malformed.ts'
import { isReplayOf } from '../judging/replay-of.ts'
import { sameOutcome } from '../judging/same-outcome.ts'
import { said } from '../judging/succeeded.ts'
import type { Round } from '../round.ts'
import { broken, inTurn, kept, type Ruling, unmeasured } from '../ruling.ts'

/** Longer than what a usual column holds; and where that is refused, what is taken may yet be cut. */
const LENGTHS = [300, 255, 128, 100, 64]
/** As many first requests as there may be. */
export const LONG_KEYS: number = LENGTHS.length

const NONE = { least: 0, most: 0 }

/** One that is taken for a key must be one to the last character. */
export async function longKey(round: Round): Promise<Ruling> {
  for (const length of LENGTHS) {
    const stem = (await round.newKey()).padEnd(length - 1, '-')
    const [key, ...others] = [`${stem}a`, `${stem}b`, `${stem}A`]
    for (const one of [key, ...others]) await round.testbed.counter?.begin(one as string)
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

async function playLong(round: Round, { length, asked, first, other }: LongKey): Promise<Ruling> {
  const retry = await round.call({ ...asked, as: 'its retry' })
  const sibling = await round.call({ as: 'one whose key ends otherwise', key: other }, isDecided)
  const effects = await round.effects({ least: 1, most: 1 }, asked.key as string)
  const unclear = isSuccess(sibling.last) && isReplayOf(first, sibling.last, round.testbed) === 'unclear'
  const ofSibling: Effects = unclear ? await round.effects(undefined, other) : { kind: 'not_counted' }
  return judgeLong(first, { length, retry, sibling, effects, ofSibling }, round.testbed)
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
): Ruling {
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
