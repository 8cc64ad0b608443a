import type { Fingerprint } from './fingerprint/index.ts'
import { type Policies, stricter } from './guarantee.ts'
import {
  factsOf,
  type InProgress,
  type Predecessor,
  type Purpose,
  type Receipt,
  type ReceiptId,
  type Released,
  type Running,
  remember,
  type Settled,
  type StoreTime,
} from './receipt.ts'
import { doubtOf, standingOf } from './standing.ts'

/** What a caller asks of a store: the claim to this receipt, on these terms. */
export interface ClaimRequest {
  readonly id: ReceiptId
  readonly tenant: string
  readonly operation: string
  /** `null` where the user asked for keys not to be stored in clear. */
  readonly key: string | null
  readonly fingerprint: Fingerprint
  /** A keyed digest of the caller's credentials, in deployments with one tenant; else `null`. */
  readonly credentials: string | null
  readonly policies: Policies
  readonly leaseMs: number
  readonly ttlMs: number
  readonly keyRetentionMs: number
  /** Random, private to one `once()` call; the same when that call sends its claim again. */
  readonly token: string
  /** Random: the incarnation of the receipt, if this claim creates it. */
  readonly incarnation: string
  /** `run_or_recover`: the caller can find out what an abandoned attempt did. `recover`: it came for nothing else. */
  readonly intent: 'run' | 'run_or_recover' | 'recover'
  /** The request itself, where the operation keeps it for a later re-run. */
  readonly request: Uint8Array | null
}

export type ClaimDecision =
  /** Won: the receipt as it is now to be stored, under this request's token. */
  | { readonly kind: 'claimed'; readonly receipt: Running }
  | { readonly kind: 'replay'; readonly receipt: Settled }
  | { readonly kind: 'expired' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'forbidden' }
  /** Fingerprint the request by the stored receipt's version, and claim again. */
  | { readonly kind: 'other_algorithm'; readonly version: Fingerprint['version'] }
  | {
      readonly kind: 'in_progress'
      readonly incarnation: string
      readonly attempt: number
      readonly leaseLeftMs: number
    }
  /** Held. `recoverableInMs` is `null` unless a recovery has only to wait. */
  | {
      readonly kind: 'abandoned'
      readonly incarnation: string
      readonly attempt: number
      readonly recoverableInMs: number | null
    }
  /** This very token's attempt has ended: the claim was sent again after it was given back. */
  | { readonly kind: 'ended' }
  /** It came to recover, and nothing is abandoned. */
  | { readonly kind: 'nothing_to_recover' }

/**
 * The whole truth about claims. Pure; every store makes this decision atomically, in its own language or by calling
 * this function where nobody else can write in between. The rows stand in the order in which they are decided.
 *
 * @param now by the store's clock, read once, after the receipt was read.
 */
export function decideClaim(
  receipt: Receipt | undefined,
  request: ClaimRequest,
  now: StoreTime,
): ClaimDecision {
  const standing = standingOf(receipt, now)
  const recovers = request.intent !== 'run'

  // absent, or expired past key retention
  if (standing.is === 'absent') {
    return request.intent === 'recover' ? { kind: 'nothing_to_recover' } : claimed(firstClaim(request, now))
  }
  const stored = standing.receipt

  // kept under other credentials, and not released
  if (stored.credentials !== request.credentials && standing.is !== 'released') return { kind: 'forbidden' }

  // fingerprinted by another version of the algorithm
  if (stored.fingerprint.version !== request.fingerprint.version) {
    return { kind: 'other_algorithm', version: stored.fingerprint.version }
  }

  // fingerprint differs
  if (stored.fingerprint.digest !== request.fingerprint.digest) return { kind: 'conflict' }

  // in progress under this same claim token: a claim whose answer was lost is sent again
  if (stored.token === request.token && stored.state === 'in_progress' && stored.givenUp === null) {
    return claimed({ ...stored, leaseEndsAt: now + request.leaseMs })
  }

  // given back under this same token: a late copy of that claim must not hold the key for nobody
  if (stored.token === request.token && (stored.state === 'in_progress' || standing.is === 'released')) {
    return { kind: 'ended' }
  }

  // it came to recover, and there is nothing abandoned
  if (request.intent === 'recover' && standing.is !== 'abandoned') return { kind: 'nothing_to_recover' }

  switch (standing.is) {
    // released, no doubt standing
    case 'released':
      return claimed(nextClaim(standing.receipt, request, 'run', now))

    // succeeded, or failed and final, within ttl
    case 'settled':
      return { kind: 'replay', receipt: standing.receipt }

    // past ttl, within key retention; or held past all patience
    case 'tombstone':
      return { kind: 'expired' }

    // in progress, lease alive
    case 'running':
      return { kind: 'in_progress', ...attemptOf(stored), leaseLeftMs: standing.receipt.leaseEndsAt - now }

    case 'abandoned': {
      const recoverableInMs = backOffMs(standing.receipt, now)
      // abandoned, and the request is a recovery
      if (recovers && recoverableInMs === 0)
        return claimed(nextClaim(standing.receipt, request, 'recovery', now))

      // abandoned, guarantee re-runs
      if (!recovers && stricter(stored.policies, request.policies).onAbandoned === 'rerun') {
        return claimed(nextClaim(standing.receipt, request, 'run', now))
      }

      // abandoned, guarantee does not
      return { kind: 'abandoned', ...attemptOf(stored), recoverableInMs: recovers ? recoverableInMs : null }
    }
  }
}

function claimed(receipt: Running): ClaimDecision {
  return { kind: 'claimed', receipt }
}

function firstClaim(request: ClaimRequest, now: StoreTime): Running {
  return {
    id: request.id,
    tenant: request.tenant,
    operation: request.operation,
    key: request.key,
    incarnation: request.incarnation,
    createdAt: now,
    fingerprint: request.fingerprint,
    credentials: request.credentials,
    policies: request.policies,
    ttlMs: request.ttlMs,
    keyRetentionMs: request.keyRetentionMs,
    attempt: 1,
    token: request.token,
    purpose: 'run',
    claimedAt: now,
    predecessor: 'none',
    doubtSince: null,
    generations: {},
    history: [],
    request: request.request,
    state: 'in_progress',
    leaseEndsAt: now + request.leaseMs,
    givenUp: null,
  }
}

function nextClaim(
  stored: Released | InProgress,
  request: ClaimRequest,
  purpose: Purpose,
  now: StoreTime,
): Running {
  const ended: Exclude<Predecessor, 'none'> = stored.state === 'failed' ? 'released' : 'abandoned'
  return {
    ...factsOf(stored),
    credentials: request.credentials,
    policies: stricter(stored.policies, request.policies),
    ttlMs: request.ttlMs,
    keyRetentionMs: request.keyRetentionMs,
    attempt: stored.attempt + 1,
    token: request.token,
    purpose,
    claimedAt: now,
    predecessor: ended,
    doubtSince: stored.state === 'failed' ? null : doubtOf(stored),
    history: remember(stored.history, {
      kind: 'attempt',
      attempt: stored.attempt,
      purpose: stored.purpose,
      claimedAt: stored.claimedAt,
      endedAt: stored.state === 'failed' ? stored.settledAt : stored.leaseEndsAt,
      ended,
    }),
    request: request.request ?? stored.request,
    state: 'in_progress',
    leaseEndsAt: now + request.leaseMs,
    givenUp: null,
  }
}

function backOffMs(abandoned: InProgress, now: StoreTime): number {
  return abandoned.givenUp?.as === 'in_doubt' ? Math.max(0, abandoned.givenUp.recoverableAt - now) : 0
}

function attemptOf({ incarnation, attempt }: Receipt): { incarnation: string; attempt: number } {
  return { incarnation, attempt }
}
