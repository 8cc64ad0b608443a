import { type Exchange, isInProgress, isSuccess, statusOf } from '../exchange.ts'
import { broken, kept, type Ruling, unmeasured } from '../ruling.ts'
import type { HttpProofTerms } from '../terms.ts'
import { isDecided } from './decided.ts'
import { said } from './succeeded.ts'

/**
 * What a key gives when whoever held it has been gone for longer than a lease:
 * - `in_progress`: a wedge, for nobody is at it.
 * - `unknown`: held, until somebody finds out what happened.
 * - `failure`: another answer for good.
 * - `unclear`: refused, in words that say neither `in_progress` nor `unknown`.
 * - `none`: nobody answered, or they were too busy.
 */
export type Aftermath = 'outcome' | 'in_progress' | 'unknown' | 'failure' | 'unclear' | 'none'

/** @param running what a duplicate was told while the first request did run, where it was told anything */
export function aftermathOf(last: Exchange, running?: Exchange): Aftermath {
  if (isSuccess(last)) return 'outcome'
  if (!isDecided(last)) return 'none'
  if (!isInProgress(last.answer)) return saysUnknown(last) ? 'unknown' : 'failure'
  const known = running !== undefined && isInProgress(running.answer) ? wordsOf(running) : undefined
  if (known === wordsOf(last)) return 'in_progress'
  if (saysUnknown(last)) return 'unknown'
  // Other words than while it ran, and yet of something that runs: there is no telling which.
  if (saysRunning(last)) return known === undefined ? 'in_progress' : 'unclear'
  return known === undefined ? 'unclear' : 'unknown'
}

/**
 * Of a caller who never got an outcome.
 *
 * @param last of its retries, after more than a lease
 * @param after what went before, as `after a crash`
 */
export function judgeNoOutcome(
  aftermath: Exclude<Aftermath, 'outcome'>,
  {
    first,
    last,
    after,
    guarantee,
  }: {
    readonly first: Exchange
    readonly last: Exchange
    readonly after: string
    readonly guarantee: HttpProofTerms['guarantee']
  },
): Ruling {
  switch (aftermath) {
    case 'in_progress':
      return broken(`The key is wedged: ${after}, a retry is still told to wait past the lease.`, [
        first,
        last,
      ])
    case 'unknown':
      return guarantee === 'at-most-once'
        ? kept(`The key is held ${after}: a retry is told that the outcome is unknown.`)
        : broken(`The key is held ${after}, though at-least-once promises that a retry runs.`, [first, last])
    case 'failure':
      return kept(`The answer ${after} is ${statusOf(last.answer)}, for good.`)
    case 'unclear':
      return unmeasured(
        `The key is refused ${after} (${statusOf(last.answer)}), in words that tell neither that it is in progress nor that its outcome is unknown.`,
      )
    case 'none':
      return unmeasured(`Nothing is to be learnt ${after}: ${said(last)}.`)
  }
}

function saysUnknown(exchange: Exchange): boolean {
  return /unknown|undetermined|indeterminate|uncertain|abandon|interrupt|abort|crash|died|manual/i.test(
    wordsOf(exchange),
  )
}

function saysRunning(exchange: Exchange): boolean {
  return /progress|processing|running|pending|in.?flight|concurrent|locked|executing/i.test(wordsOf(exchange))
}

/** Status and body, without the ids and numbers that are others each time. */
function wordsOf({ answer }: Exchange): string {
  if (answer.kind === 'no_answer') return ''
  const text = new TextDecoder().decode(answer.body)
  return `${answer.status} ${text.replaceAll(/[0-9a-f]{8}[0-9a-f-]*|\d+/gi, '#')}`
}
