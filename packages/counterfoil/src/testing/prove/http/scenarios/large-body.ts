import type { Effects } from '../counter.ts'
import { type Exchange, isSuccess, shownAnswer } from '../exchange.ts'
import { judgeContest } from '../judging/contest.ts'
import { isDecided, isDecidedRefusal } from '../judging/decided.ts'
import { said } from '../judging/succeeded.ts'
import { textIn } from '../other-bodies.ts'
import { lacksOther, otherRequest } from '../other-request.ts'
import { refusalIsOver } from '../refusal-over.ts'
import type { Round } from '../round.ts'
import { broken, inTurn, kept, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'
import type { HttpProofTerms } from '../terms.ts'

/** Below what body parsers take by default (100 kB for Express), and beyond it. */
const SIZES = [80_000, 1_000_000]

/** The same JSON with white space before it, so that what tells two requests apart comes last. */
export const largeBody: Scenario = {
  id: 'large-body',
  title:
    'A large request is compared to its last byte, and is replayed as any other; or it is refused, and has no effect.',
  kind: 'plain',
  needs: [],
  lacks: (terms) => lacksJson(terms) ?? lacksOther(terms),
  seenBy: 'answers',
  effects: () => ({ least: 0, most: 1 }),
  requests: () => 3 * SIZES.length,
  play(round) {
    return inTurn(SIZES.map((bytes) => () => playAt(round, bytes)))
  },
}

function lacksJson({ body }: HttpProofTerms): string | undefined {
  try {
    JSON.parse(textIn(body) ?? '')
    return undefined
  } catch {
    return 'Give a body that is JSON (--body): no other can be made larger without being another one.'
  }
}

async function playAt(round: Round, bytes: number): Promise<Ruling> {
  const key = await round.newKey()
  const other = padded(await otherRequest(round.testbed), bytes)
  const body = padded(round.terms.body, bytes)
  const first = await round.call({ as: `a request of ${bytes} bytes`, key, body }, isDecided)
  if (!isSuccess(first.last)) {
    return judgeRefusedSize(first.last, bytes, await round.effects({ least: 0, most: 0 }, key))
  }
  const retry = await round.call({ as: 'its retry', key, body })
  const conflict = { as: 'one that differs at its end', key, body: other }
  const refused = await round.call(conflict, refusalIsOver(round))
  const effects = await round.effects({ least: 1, most: 1 }, key)
  return judgeContest({ given: [first, retry], other: [refused], effects, terms: round.terms })
}

export function judgeRefusedSize(last: Exchange, bytes: number, effects: Effects): Ruling {
  if (effects.kind === 'counted' && effects.effects > 0) {
    return broken(`A request of ${bytes} bytes was not answered with success, and had its effect.`, [last])
  }
  return isDecidedRefusal(last)
    ? kept(`A request of ${bytes} bytes is refused: ${shownAnswer(last.answer)}.`)
    : unmeasured(`${said(last)}.`)
}

function padded(body: Uint8Array, bytes: number): Uint8Array {
  return Buffer.concat([Buffer.alloc(Math.max(0, bytes - body.length), ' '), body])
}
