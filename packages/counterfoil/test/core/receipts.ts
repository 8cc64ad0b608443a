import type { ClaimRequest, Fence, Policies, Receipt, Running, Settlement } from '../../src/core/index.ts'
import { decideClaim, decideSettle, decideYield, fenceOf, guarantees } from '../../src/core/index.ts'

// Receipts as the decisions themselves make them, at times that read well.

export const LEASE = 60
export const TTL = 1_000
export const RETENTION = 10_000
export const DAY = 86_400_000
export const hold: Policies = guarantees['at-most-once']
export const rerun: Policies = guarantees['at-least-once']

export function request(given: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    id: 'id',
    tenant: 'tenant',
    operation: 'operation',
    key: 'key',
    fingerprint: { version: 1, digest: 'digest' },
    credentials: 'caller',
    policies: hold,
    leaseMs: LEASE,
    ttlMs: TTL,
    keyRetentionMs: RETENTION,
    token: 'a',
    incarnation: 'one',
    intent: 'run',
    request: null,
    ...given,
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Claimed at 0 by `a`. */
export function running(given: Partial<ClaimRequest> = {}): Running {
  const decision = decideClaim(undefined, request(given), 0)
  if (decision.kind !== 'claimed') throw new Error(decision.kind)
  return decision.receipt
}

/** Taken over by `b` once the lease of `a` had lapsed, at the moment of its end. */
export function takenOver(policies: Policies = rerun): Running {
  const first = running({ policies })
  const decision = decideClaim(first, request({ policies, token: 'b', intent: 'run_or_recover' }), LEASE)
  if (decision.kind !== 'claimed') throw new Error(decision.kind)
  return decision.receipt
}

/** Settled under its own fence. */
export function settled(receipt: Receipt, settlement: Settlement, now = 10): Receipt {
  const decision = decideSettle(receipt, fenceOf(receipt), settlement, now)
  if (decision.kind !== 'write') throw new Error(decision.kind)
  return decision.receipt
}

export function succeededWith(text = 'outcome'): Settlement {
  return { as: 'succeeded', outcome: bytes(text) }
}

export function failedWith(text = 'failure'): Settlement {
  return { as: 'failed', outcome: bytes(text) }
}

export function releasedWith(doubt: 'stands' | 'cleared' = 'stands'): Settlement {
  return { as: 'released', outcome: bytes('refusal'), doubt }
}

/** Given up at 10, and not to be recovered before 110. */
export function givenUp(receipt: Receipt = running()): Receipt {
  const decision = decideYield(receipt, fenceOf(receipt), 100, 10)
  if (decision.kind !== 'write') throw new Error(decision.kind)
  return decision.receipt
}

export function fence(receipt: Receipt, given: Partial<Fence> = {}): Fence {
  return { ...fenceOf(receipt), ...given }
}
