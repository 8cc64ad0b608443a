import type { Effects } from '../counter.ts'
import { type Call, isSuccess, kindOf } from '../exchange.ts'
import { judgeOneOutcome } from '../judging/one-outcome.ts'
import { spelt } from '../request-bytes.ts'
import type { Round } from '../round.ts'
import { broken, kept, type Ruling, Unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'
import type { HttpProofTerms } from '../terms.ts'

export const keySpelling: Scenario = {
  id: 'key-spelling',
  title: 'A key in quotes, as the IETF draft writes it, and the same key bare are one key.',
  kind: 'plain',
  needs: [],
  seenBy: 'one_run',
  effects: () => ({ least: 1, most: 1 }),
  requests: () => 2,
  async play(round) {
    const other = round.testbed.spelling === 'bare' ? 'quoted' : 'bare'
    const first = await round.call({ as: `the first request, its key ${round.testbed.spelling}` })
    const retry = await round.call({ as: `a retry, its key ${other}`, keyLines: [spelt(round.key, other)] })
    return judgeSpelling({
      calls: [first, retry],
      effects: await round.effects(),
      ofQuoted: await effectsOfQuoted(round),
      guarantee: round.terms.guarantee,
    })
  },
}

/** A service to which the quotes belong to the key keeps its effect under them. */
async function effectsOfQuoted(round: Round): Promise<number> {
  try {
    return (await round.testbed.counter?.now(spelt(round.key, 'quoted'))) ?? 0
  } catch (error) {
    // Not every counter takes a key with quotes; nothing is lost but this one look.
    if (error instanceof Unmeasured) return 0
    throw error
  }
}

export function judgeSpelling(seen: {
  readonly calls: readonly [first: Call, retry: Call]
  readonly effects: Effects
  readonly ofQuoted: number
  readonly guarantee: HttpProofTerms['guarantee']
}): Ruling {
  const [first, retry] = seen.calls
  const ofBoth = seen.effects.kind === 'counted' ? seen.effects.effects + seen.ofQuoted : 0
  if (isSuccess(first.last) && kindOf(retry.last.answer) === 'refused' && ofBoth < 2) {
    return kept('One of the two spellings is refused, which is safe: nothing runs twice.')
  }
  if (ofBoth > 1)
    return broken('The request ran once for each spelling of its key.', [first.last, retry.last])
  return judgeOneOutcome(seen)
}
