import { type Exchange, fieldIn, isSuccess, kindOf, shownAnswer } from './exchange.ts'
import { Unmeasured } from './finding.ts'
import type { Ground } from './ground.ts'
import type { KeySpelling } from './request-bytes.ts'
import { Round } from './round.ts'

/**
 * Finds out by single requests whether anything can be shown here: that the endpoint takes the request at all, how it
 * wants the key written, that its effects can be counted, and how long it takes.
 *
 * @throws {Unmeasured} where nothing can be shown
 */
export async function survey(bare: Ground): Promise<Ground> {
  const first = await tried(bare)
  const ground = isSuccess(first) ? bare : await asQuoted(bare, first)
  const round = await Round.begin(ground, ground.terms.seed)
  const { last } = await round.call({ as: 'the first request' })
  if (!isSuccess(last))
    throw new Unmeasured(`The endpoint did not take the request twice: ${shownAnswer(last.answer)}.`)
  const effects = await round.effects()
  if (effects.kind === 'counted' && effects.effects !== 1) {
    throw new Unmeasured(
      `One request by itself had ${effects.effects} effects as they were counted; count what one request makes one of, by its key.`,
    )
  }
  return { ...ground, latencyMs: last.endMs - last.startMs }
}

async function tried(ground: Ground): Promise<Exchange> {
  const round = await Round.begin(ground, ground.terms.seed)
  return (await round.call({ as: 'the first request' })).last
}

/** Services that go by the draft to the letter refuse a bare key. */
async function asQuoted(bare: Ground, refused: Exchange): Promise<Ground> {
  if (kindOf(refused.answer) === 'refused') {
    const quoted: Ground = { ...bare, spelling: 'quoted' satisfies KeySpelling }
    if (isSuccess(await tried(quoted))) return quoted
  }
  const type = refused.answer.kind === 'answer' ? fieldIn(refused.answer, 'content-type') : undefined
  const said = type === undefined ? '' : ` of type ${type}`
  throw new Unmeasured(
    `The endpoint answered a first request with ${shownAnswer(refused.answer)}${said}, so that nothing can be shown; put right the URL, the body and the headers.`,
  )
}
