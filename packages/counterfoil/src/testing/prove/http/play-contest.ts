import { type Asked, type Call, isSuccess } from './exchange.ts'
import type { Contest } from './judging/contest.ts'
import { refusalIsOver } from './refusal-over.ts'
import type { Round } from './round.ts'

/**
 * Sends requests of which some have the other body, under one key; and when all is over, who won asks again.
 *
 * @param body the other one
 */
export async function playContest(round: Round, asked: readonly Asked[], body: Uint8Array): Promise<Contest> {
  const calls = await round.storm(asked, refusalIsOver(round))
  const isOther = (call: Call): boolean => call.asked.body === body
  const [first] = calls
    .filter(({ exchanges }) => exchanges.some(isSuccess))
    .toSorted((a, b) => a.last.endMs - b.last.endMs)
  const won = first !== undefined && isOther(first) ? { body } : {}
  const after = first && (await round.call({ as: 'a retry when all was over', ...won }))
  const all = after === undefined ? calls : [...calls, after]
  return {
    given: all.filter((call) => !isOther(call)),
    other: all.filter(isOther),
    effects: await round.effects(),
    terms: round.terms,
  }
}
