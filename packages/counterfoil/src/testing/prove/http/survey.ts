import { TargetUnreachable } from './errors.ts'
import { type Answered, type Exchange, fieldIn, isSuccess, kindOf, shownAnswer } from './exchange.ts'
import { sameOutcome } from './judging/same-outcome.ts'
import { withoutTimes } from './judging/times.ts'
import { isAnswered, Round } from './round.ts'
import { Unmeasured } from './ruling.ts'
import type { Answer } from './shooting/shot.ts'
import type { Testbed } from './testbed.ts'

/** A first request under its key, by itself. */
interface Tried {
  readonly round: Round
  readonly exchange: Exchange
}

/** A service that answers 503 may be starting up. */
const STARTS_WITHIN_MS = 10_000

/** How many requests the survey sends at most, retries left out. */
export const SURVEY_REQUESTS = 3

/**
 * Finds out by single requests whether anything can be shown here: that the endpoint takes the request at all, how it
 * wants the key written, that its effects can be counted, how long it takes, and whether its answers tell runs apart.
 *
 * @throws {Unmeasured} where nothing can be shown
 * @throws {TargetUnreachable} where there is no connection, as when a certificate is not trusted
 */
export async function survey(bare: Testbed): Promise<Testbed> {
  const tried = await tryOnce(bare)
  const [testbed, first] = isSuccess(tried.exchange) ? [bare, tried] : await asQuoted(bare, tried.exchange)
  const untouched = await first.round.newKey()
  const second = await tryOnce(testbed)
  if (!isSuccess(first.exchange) || !isSuccess(second.exchange)) {
    throw new Unmeasured(
      `The endpoint took the request, and answered the same one under another key with ${shownAnswer(second.exchange.answer)}; where something in the body must be unique, let {key} stand there.`,
    )
  }
  return {
    ...testbed,
    ...(await counting(testbed, second.round, untouched)),
    latencyMs: second.exchange.endMs - second.exchange.startMs,
    outcomeStatus: second.exchange.answer.status,
    tellsRunsApart: !sameOutcome(
      withoutKeyAndTimes(first.exchange, first.round),
      withoutKeyAndTimes(second.exchange, second.round),
    ),
  }
}

async function tryOnce(testbed: Testbed): Promise<Tried> {
  const round = await Round.begin(testbed, testbed.terms.seed)
  const isOver = (exchange: Exchange): boolean =>
    isAnswered(exchange) || wasNotSent(exchange) || round.nowMs() > STARTS_WITHIN_MS
  const { last } = await round.call({ as: 'the first request' }, isOver)
  if (wasNotSent(last)) throw new TargetUnreachable(testbed.terms.url.host, shownAnswer(last.answer))
  return { round, exchange: last }
}

function wasNotSent({ answer }: Exchange): boolean {
  return answer.kind === 'no_answer' && answer.why === 'not_sent'
}

/** Services that go by the draft to the letter refuse a bare key. */
async function asQuoted(bare: Testbed, { asked, ...refused }: Exchange): Promise<readonly [Testbed, Tried]> {
  if (kindOf(refused.answer) === 'refused') {
    const quoted: Testbed = { ...bare, spelling: 'quoted' }
    const tried = await tryOnce(quoted)
    if (isSuccess(tried.exchange)) return [quoted, tried]
  }
  throw notTaken({ asked, ...refused })
}

function notTaken({ answer }: Exchange): Unmeasured {
  const type = answer.kind === 'answer' ? fieldIn(answer, 'content-type') : undefined
  const said = type === undefined ? '' : ` of type ${type}`
  return new Unmeasured(
    `The endpoint answered a first request with ${shownAnswer(answer)}${said}, so that nothing can be shown; put the URL, the body and the headers right.`,
  )
}

/**
 * A counter is of use where one request makes one effect, of its own key.
 *
 * @param untouched a key that no request has had
 */
async function counting(
  testbed: Testbed,
  round: Round,
  untouched: string,
): Promise<Pick<Testbed, 'counter' | 'counterFault'>> {
  const { counter } = testbed
  const seen = await round.effects({ least: 1, most: Number.POSITIVE_INFINITY })
  if (counter === undefined || seen.kind === 'not_counted')
    return { counter: undefined, counterFault: undefined }
  if ((await counter.now(untouched)) > 0) {
    const counterFault = 'Effects were not counted, for the counter says the same of every key'
    return { counter: undefined, counterFault }
  }
  if (seen.effects !== 1) {
    throw new Unmeasured(
      `One request by itself had ${seen.effects} effects as they were counted; count what one request makes one of, by its key.`,
    )
  }
  return { counter, counterFault: undefined }
}

/**
 * Some endpoints say the key back, or the time: two runs under one key, or at one time, would still be answered alike.
 */
function withoutKeyAndTimes({ answer }: Answered, { key }: Round): Answer {
  const bare = (text: string): string => withoutTimes(text.replaceAll(key, ''))
  const body = Buffer.from(bare(Buffer.from(answer.body).toString('latin1')), 'latin1')
  const lines = answer.lines.map(([name, value]) => [name, bare(value)] as const)
  return { ...answer, lines, body, sha256: body.toString('latin1') }
}
