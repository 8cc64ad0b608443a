import { hash, randomUUID } from 'node:crypto'
import type { ClaimRequest, Fence, Fingerprint, HandChange, Policies, Settlement } from '../core/index.ts'
import { guarantees, receiptId } from '../core/index.ts'

// Far from each other, and from what a slow test takes, so that no answer hangs on a moment.
export const LEASE_MS = 60_000
const TTL_MS = 3_600_000
const RETENTION_MS = 86_400_000
export const BACK_OFF_MS = 600_000

type AgeName = 'withinLease' | 'pastLease' | 'pastBackOff' | 'pastTtl' | 'pastRetention' | 'pastPatience'

/** Ages that carry a receipt over each boundary, and one that carries it over none. */
export const ages: Readonly<Record<AgeName, number>> = {
  withinLease: 7_000,
  pastLease: 2 * LEASE_MS + 11_000,
  pastBackOff: 2 * BACK_OFF_MS,
  pastTtl: 2 * TTL_MS + 13_000,
  pastRetention: 2 * RETENTION_MS + 17_000,
  pastPatience: 31 * 86_400_000,
}

export const holdPolicies: Policies = guarantees['at-most-once']
export const rerunPolicies: Policies = guarantees['at-least-once']

export const TENANT = 'tenant-1'
export const OPERATION = 'charge-card'

/** A first claim to a key that nobody has used, with what the case gives in place. */
export function requestWith(given: Partial<ClaimRequest> = {}): ClaimRequest {
  const tenant = given.tenant ?? TENANT
  const operation = given.operation ?? OPERATION
  const key = given.key ?? randomUUID()
  return {
    id: receiptId({ tenant, operation, key }),
    tenant,
    operation,
    key,
    fingerprint: fingerprintOf('the request'),
    credentials: null,
    policies: holdPolicies,
    leaseMs: LEASE_MS,
    ttlMs: TTL_MS,
    keyRetentionMs: RETENTION_MS,
    token: randomUUID(),
    incarnation: randomUUID(),
    intent: 'run',
    request: null,
    ...given,
  }
}

/** The same request by another caller, or the same caller's under other terms. */
export function retryOf(first: ClaimRequest, given: Partial<ClaimRequest> = {}): ClaimRequest {
  return { ...first, token: randomUUID(), incarnation: randomUUID(), ...given }
}

export function fingerprintOf(text: string, version = 1): Fingerprint {
  return { version, digest: digestOf(text) }
}

export function digestOf(text: string): string {
  return hash('sha256', text, 'hex')
}

/** The fence that the claim gives if it is granted as attempt 1. */
export function firstFence(request: ClaimRequest): Fence {
  return { id: request.id, incarnation: request.incarnation, attempt: 1, token: request.token }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function succeeded(outcome = 'a success'): Settlement {
  return { as: 'succeeded', outcome: bytesOf(outcome) }
}

export function failed(outcome = 'a failure'): Settlement {
  return { as: 'failed', outcome: bytesOf(outcome) }
}

export function released(
  doubt: 'stands' | 'cleared' = 'stands',
  outcome: string | null = 'a refusal',
): Settlement {
  return { as: 'released', outcome: outcome === null ? null : bytesOf(outcome), doubt }
}

type Wish = { do: 'resolve'; as: 'succeeded' | 'failed'; outcome: Uint8Array } | { do: 'release' }

export function byHand(wish: Wish): HandChange {
  return { by: 'an operator', note: 'asked the bank', token: randomUUID(), ...wish }
}
