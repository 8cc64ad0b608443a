import { type ClaimDecision, type ClaimRequest, fenceOf, StoreUnavailable } from '../core/index.ts'
import { answerWithin } from './answer-within.ts'
import { type Engine, pause } from './engine.ts'
import { holdsUntilMs } from './lease.ts'

/** How often a claim whose answer didn't come is sent, under one token. */
const MAX_SENDS = 3
const PAUSE_MS = 25
/**
 * How long one answer may take. Not less for a shorter lease: each send that is given up may still arrive, and a late
 * answer to a claim is dealt with all the same.
 */
const ANSWER_MS = 10_000

export interface Claim {
  readonly decision: ClaimDecision
  readonly request: ClaimRequest
  /** By `elapsed`: just before the claim that was answered was sent. */
  readonly sentAt: number
}

/**
 * Asks for the claim under a token of its own. Where the answer is lost on the way it is sent again under the same
 * token, which finds the claim that may have been won; where none comes at all, that claim is given back behind the
 * caller's back, so that the key isn't held for nobody.
 */
export async function claimFor(
  engine: Engine,
  terms: Omit<ClaimRequest, 'token' | 'incarnation'>,
): Promise<Claim> {
  const { runtime } = engine
  const request: ClaimRequest = { ...terms, token: runtime.random(), incarnation: runtime.random() }
  const late: Promise<ClaimDecision>[] = []
  runtime.reach?.('before-claim')
  for (let sends = 1; ; sends += 1) {
    const sentAt = engine.elapsed()
    try {
      const decision = await send(engine, request, late)
      runtime.reach?.('after-claim')
      // An answer that took as long as the lease: by now the claim may be another's. Sent again, it starts anew.
      if (decision.kind === 'claimed' && engine.elapsed() >= sentAt + holdsUntilMs(request.leaseMs))
        throw tooSlow(engine)
      if (decision.kind !== 'claimed') giveBackLate(engine, request, late)
      return { decision, request, sentAt }
    } catch (error) {
      if (!mayHaveBeenWritten(error)) throw error
      if (sends === MAX_SENDS) {
        withdraw(engine, request)
        giveBackLate(engine, request, late)
        throw error
      }
      await pause(runtime, PAUSE_MS * sends * (0.5 + runtime.jitter()))
    }
  }
}

/** @param late takes the answer where it doesn't come in time */
function send(engine: Engine, request: ClaimRequest, late: Promise<ClaimDecision>[]): Promise<ClaimDecision> {
  const answer = engine.store.claim(request)
  return answerWithin(engine.runtime, ANSWER_MS, answer, () => {
    late.push(answer)
    return tooSlow(engine)
  })
}

/** A send that nobody waits for any more may still win the claim: then it is won for nobody. */
function giveBackLate(engine: Engine, request: ClaimRequest, late: readonly Promise<ClaimDecision>[]): void {
  for (const answer of late) {
    answer.then(
      ({ kind }) => {
        if (kind === 'claimed') withdraw(engine, request)
      },
      () => undefined,
    )
  }
}

/** Gives back whatever claim this request may have won, for ten minutes or until the engine closes: nothing ran under it. */
export function withdraw(engine: Engine, request: ClaimRequest): void {
  const { store, background, events } = engine
  background.keepTrying(async () => {
    const decision = await store.claim(request)
    if (decision.kind !== 'claimed') return
    await store.settle(fenceOf(decision.receipt), { as: 'released', outcome: null, doubt: 'stands' })
    events.emit({ type: 'withdrawn', id: request.id, operation: request.operation })
  })
}

function tooSlow({ store }: Engine): StoreUnavailable {
  return new StoreUnavailable(
    store.name,
    'unreachable',
    'did not answer a claim in time; the request can be sent again',
  )
}

const nothingWritten = new Set([
  'read_only',
  'corrupt',
  'newer_version',
  'closed',
  'locked',
  'full',
  'too_large',
])

function mayHaveBeenWritten(error: unknown): boolean {
  return error instanceof StoreUnavailable && !nothingWritten.has(error.fault)
}
