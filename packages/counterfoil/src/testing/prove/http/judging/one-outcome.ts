import type { Effects } from '../counter.ts'
import {
  type Answered,
  type Call,
  type Exchange,
  exchangesOf,
  fieldIn,
  isInProgress,
  isSuccess,
  kindOf,
  shownAnswer,
  statusOf,
  successesIn,
} from '../exchange.ts'
import { broken, kept, type Ruling, unmeasured } from '../ruling.ts'
import type { HttpProofTerms } from '../terms.ts'
import { isMarked } from './replay-mark.ts'
import { sameOutcome } from './same-outcome.ts'

/** Calls that are one request and its retries, whoever made them, and the effects of their key. */
export interface OneRequest {
  readonly calls: readonly Call[]
  readonly effects: Effects
  readonly guarantee: HttpProofTerms['guarantee']
}

/** One effect, and one outcome for all who asked. */
export function judgeOneOutcome({ calls, effects, guarantee }: OneRequest): Ruling {
  const exchanges = exchangesOf(calls)
  const successes = successesIn(exchanges)
  const two = twoOutcomes(successes)
  if (effects.kind === 'counted' && effects.effects > 1) {
    if (guarantee === 'at-least-once' && two === undefined && exchanges.some(mayHaveBrokenOff)) {
      return unmeasured('An attempt broke off, and under at-least-once a retry may then run again.')
    }
    const ran = two ?? twoRuns(successes)
    return broken(`One key had ${effects.effects} effects.`, ran.length > 0 ? ran : exchanges.slice(0, 2))
  }
  if (two !== undefined) {
    const why =
      effects.kind === 'counted'
        ? 'There was one effect, and yet two callers got different outcomes.'
        : 'Two callers with one key got different outcomes: it ran twice, or one of them got what is not the outcome.'
    return broken(why, two)
  }
  const [first] = successes
  return first === undefined ? nothingCame(exchanges) : judgeRest(calls, first, effects)
}

/** The first success, and one that tells of another run: best that run itself, and not a replay of it. */
export function twoOutcomes(successes: readonly Answered[]): readonly [Answered, Answered] | undefined {
  const [first, ...later] = successes
  if (first === undefined) return undefined
  const others = later.filter(({ answer }) => !sameOutcome(first.answer, answer))
  const other = others.find((one) => !isMarked(one) && one.answer.status === first.answer.status) ?? others[0]
  return other && [first, other]
}

/** Two that may both have run, though their answers are alike: of replays it is known that they haven't. */
function twoRuns(successes: readonly Answered[]): readonly Answered[] {
  const unmarked = successes.filter((success) => !isMarked(success))
  const alike = unmarked.filter(({ answer }) => answer.status === unmarked[0]?.answer.status)
  return ([alike, unmarked].find((ran) => ran.length > 1) ?? successes).slice(0, 2)
}

/** All that came was one outcome: whether all got it, who asked for it as often as they should. */
function judgeRest(calls: readonly Call[], first: Answered, effects: Effects): Ruling {
  const without = calls.map(({ last }) => last).filter((last) => !isSuccess(last))
  const refused = without.find(({ answer }) => kindOf(answer) === 'refused')
  if (refused !== undefined) {
    return broken('A retry was refused, with the same key and the same request.', [first, refused])
  }
  const wedged = without.find(({ answer }) => isInProgress(answer))
  if (wedged !== undefined) {
    return broken('A retry was still told to wait past the lease, though the outcome was there.', [
      first,
      wedged,
    ])
  }
  const [unanswered] = without.filter(({ asked }) => asked.leavesAfterMs === undefined)
  if (unanswered !== undefined) {
    return unmeasured(`A caller never got past ${shownAnswer(unanswered.answer)}.`)
  }
  if (effects.kind === 'counted' && effects.effects < 1) {
    return unmeasured('The request succeeded, and no effect of it was counted.')
  }
  const early = exchangesOf(calls).find(({ answer }) => kindOf(answer) === 'refused')
  return kept(
    early &&
      `A duplicate that came while the first one ran was answered ${statusOf(early.answer)}, where the IETF draft has 409.`,
  )
}

function nothingCame(exchanges: readonly Exchange[]): Ruling {
  const last = exchanges.at(-1)
  return unmeasured(
    `No request came through: ${last === undefined ? 'none was sent' : shownAnswer(last.answer)}.`,
  )
}

/** It may have had its effect, and not have been able to say so. */
function mayHaveBrokenOff({ answer }: Exchange): boolean {
  if (answer.kind === 'no_answer') return answer.why !== 'not_sent'
  const ranNothing = answer.status === 503 && fieldIn(answer, 'retry-after') !== undefined
  return answer.status >= 500 && !ranNothing
}
