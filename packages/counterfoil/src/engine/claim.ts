import { type ClaimDecision, type ClaimRequest, fenceOf, StoreUnavailable } from '../core/index.ts'
import { type Engine, pause } from './engine.ts'
import { holdsUntilMs } from './lease.ts'

/** How often a claim whose answer didn't come is sent, under one token. */
const MAX_SENDS = 3
const PAUSE_MS = 25

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
  runtime.reach?.('before-claim')
  for (let sends = 1; ; sends += 1) {
    const sentAt = engine.elapsed()
    try {
      const decision = await engine.store.claim(request)
      runtime.reach?.('after-claim')
      // An answer that took as long as the lease: by now the claim may be another's. Sent again, it starts anew.
      if (decision.kind === 'claimed' && engine.elapsed() >= sentAt + holdsUntilMs(request.leaseMs))
        throw tooSlow(engine)
      return { decision, request, sentAt }
    } catch (error) {
      if (!mayHaveBeenWritten(error)) throw error
      if (sends === MAX_SENDS) {
        withdraw(engine, request)
        throw error
      }
      await pause(runtime, PAUSE_MS * sends * (0.5 + runtime.jitter()))
    }
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
  return new StoreUnavailable(store.name, 'unreachable', 'answered a claim no sooner than its lease ended')
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
