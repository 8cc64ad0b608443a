import type { WireLines } from '../../wire.ts'
import type { Effects } from './counter.ts'
import { type Call, type Exchange, isSuccess } from './exchange.ts'
import type { Round } from './round.ts'
import type { HttpProofTerms } from './terms.ts'

/** What a key gives whose first request was made to be refused. */
export interface AfterRefusal {
  readonly refusal: Exchange
  /** Without what made it be refused. */
  readonly retry: Call
  /** After a retry that succeeded another one; otherwise the same request under another key: whether that is served. */
  readonly second: Call
  readonly effects: Effects
  readonly guarantee: HttpProofTerms['guarantee']
}

/** @param headers make the endpoint refuse. @param as who the two are in the evidence */
export async function playRefusal(
  round: Round,
  headers: WireLines | undefined,
  as: { readonly refusal: string; readonly retry: string },
): Promise<AfterRefusal> {
  const refusal = await round.ask({ as: as.refusal, headers: headers ?? [] })
  const retry = await round.call({ as: as.retry })
  const second = isSuccess(retry.last)
    ? await round.call({ as: 'a later retry' })
    : await round.call({ as: 'the same under another key', key: await round.newKey() })
  const effects = await round.effects({ least: 0, most: 1 })
  return { refusal, retry, second, effects, guarantee: round.terms.guarantee }
}
