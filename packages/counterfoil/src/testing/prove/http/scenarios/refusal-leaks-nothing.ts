import { type Answered, type Asked, type Exchange, shownAnswer } from '../exchange.ts'
import { isDecidedRefusal } from '../judging/decided.ts'
import { succeeded } from '../judging/succeeded.ts'
import {
  intersection,
  secretsIn,
  type Words,
  without,
  wordsOf,
  wordsOfAnswer,
  wordsOfBytes,
  wordsOfFields,
} from '../judging/words.ts'
import { lacksOther, otherRequest } from '../other-request.ts'
import { refusalIsOver } from '../refusal-over.ts'
import type { Round } from '../round.ts'
import { broken, kept, type Ruling, unmeasured } from '../ruling.ts'
import type { Scenario } from '../scenario.ts'

/** What is refused because of a stored request, asked for twice: what only one of the two refusals says is chance. */
export interface Refused {
  readonly exchanges: readonly [Exchange, Exchange]
  /** Of the stored request and its outcome, without what the asker knows. */
  readonly secrets: { readonly request: Words; readonly outcome: Words }
}

export const refusalLeaksNothing: Scenario = {
  id: 'refusal-leaks-nothing',
  title: 'A refusal says nothing of the request and the outcome that are stored under the key.',
  kind: 'plain',
  needs: [],
  lacks: lacksOther,
  seenBy: 'answers',
  effects: () => ({ least: 1, most: 2 }),
  requests: () => 11,
  async play(round) {
    const given = round.terms.body
    const other = await otherRequest(round.testbed)
    const key = await round.newKey()
    const first = succeeded((await round.call({ as: 'the first request' })).last)
    const second = succeeded(
      (await round.call({ as: 'another one under another key', key, body: other })).last,
    )
    const known = [wordsOf(round.key), wordsOf(key), wordsOf(new Date().toISOString())]
    const stored = storedIn({ body: given, outcome: first }, { body: other, outcome: second }, known)
    const converse = storedIn({ body: other, outcome: second }, { body: given, outcome: first }, known)
    const all = [
      await refused(round, { as: 'another request under its key', body: other }, stored),
      await refused(round, { as: 'a request under the key of another', key, body: given }, converse),
      await whileRunning(round, other, stored.request),
      ...(round.terms.as === undefined ? [] : [await byAnotherCaller(round, first, second)]),
    ]
    return judgeLeaks(all.map((one) => withoutUsual(one, round.recorded)))
  },
}

/** What a field says under other keys too, as the name of the server that answered, is nothing of this outcome. */
export function withoutUsual(one: Refused, recorded: readonly Exchange[]): Refused {
  const { key } = one.exchanges[0].asked
  const usual = new Set(
    recorded.flatMap(({ asked, answer }) =>
      asked.key === key || answer.kind === 'no_answer' ? [] : [...wordsOfFields(answer)],
    ),
  )
  return { ...one, secrets: { ...one.secrets, outcome: without(one.secrets.outcome, usual) } }
}

interface Stored {
  readonly body: Uint8Array
  readonly outcome: Answered
}

/** @param sent what the asker sent, and what its own outcome was: what that says too is no secret */
function storedIn(stored: Stored, sent: Stored, known: readonly Words[]): Refused['secrets'] {
  const asked = wordsOfBytes(sent.body)
  const usual = wordsOfAnswer(sent.outcome.answer)
  return {
    request: secretsIn(wordsOfBytes(stored.body), [asked, usual, ...known]),
    outcome: secretsIn(wordsOfAnswer(stored.outcome.answer), [asked, usual, ...known]),
  }
}

async function refused(round: Round, asked: Asked, secrets: Refused['secrets']): Promise<Refused> {
  const one = await round.call(asked, refusalIsOver(round))
  const two = await round.ask(asked)
  return { exchanges: [one.last, two], secrets }
}

async function whileRunning(round: Round, body: Uint8Array, request: Words): Promise<Refused> {
  const key = await round.newKey()
  const { answered } = await round.begin({ as: 'a request that runs', key })
  await round.untilEffects(1, key)
  const asked = { as: 'another one meanwhile', key, body }
  const [one, two] = await round.volley([asked, asked])
  await answered
  return {
    exchanges: [one as Exchange, two as Exchange],
    secrets: { request: without(request, wordsOf(key)), outcome: new Set() },
  }
}

/** It knows the request, for it is the same; of the outcome it knows nothing. */
async function byAnotherCaller(round: Round, first: Answered, second: Answered): Promise<Refused> {
  const asked = { as: 'another caller', headers: round.terms.as ?? [] }
  const known = [wordsOfBytes(round.terms.body), wordsOfAnswer(second.answer), wordsOf(round.key)]
  const outcome = secretsIn(wordsOfAnswer(first.answer), known)
  return refused(round, asked, { request: new Set(), outcome })
}

export function judgeLeaks(all: readonly Refused[]): Ruling {
  const shown = all.filter(({ exchanges }) => exchanges.every(isDecidedRefusal))
  if (shown.length === 0) {
    const [first] = all
    const said = first === undefined ? '' : ` (${shownAnswer(first.exchanges[0].answer)})`
    return unmeasured(`Nothing was refused${said}, so that no refusal could be looked at.`)
  }
  for (const refusal of shown) {
    const what = (['request', 'outcome'] as const).find((what) => tells(refusal, what, shown))
    if (what !== undefined) {
      return broken(`A refusal tells of the ${what} that is stored under the key.`, refusal.exchanges)
    }
  }
  return kept(unrecognised(shown))
}

/**
 * A word of letters alone may stand in the refusal's own text: it counts only where no other refusal has it, of those that
 * have nothing to do with it.
 */
function tells(refusal: Refused, what: keyof Refused['secrets'], shown: readonly Refused[]): boolean {
  const usual = (word: string): boolean =>
    shown.some((other) => !other.secrets[what].has(word) && saidBy(other).has(word))
  const said = intersection(saidBy(refusal), refusal.secrets[what])
  return [...said].some((word) => /\p{N}/u.test(word) || !usual(word))
}

/** What both say. */
function saidBy({ exchanges }: Refused): Words {
  const [one, two] = exchanges.map(({ answer }) =>
    answer.kind === 'answer' ? wordsOfAnswer(answer) : new Set<string>(),
  )
  return intersection(one as Words, two as Words)
}

function unrecognised(shown: readonly Refused[]): string | undefined {
  const lacks = (what: keyof Refused['secrets']): boolean =>
    shown.every(({ secrets }) => secrets[what].size === 0)
  const missing = (['request', 'outcome'] as const).filter(lacks)
  return missing.length === 0
    ? undefined
    : `Nothing of the stored ${missing.join(' and ')} could have been recognised in a refusal.`
}
