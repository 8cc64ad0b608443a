import {
  type ClaimRequest,
  type Codec,
  encodeOutcome,
  FINGERPRINT_VERSION,
  type Fingerprint,
  type FingerprintAlgorithm,
  fingerprintAlgorithms,
  fingerprintBy,
  type IgnoredMembers,
  ignoredMembers,
  OWN_FINGERPRINT_VERSION,
  type Receipt,
  receiptId,
} from '../core/index.ts'
import type { Settings } from './settings.ts'

/** Who calls, and under which key. */
export interface Scoped {
  /** Who owns the key. Two tenants never see each other's receipts. */
  readonly tenant: string
  /** The idempotency key: 1 to 255 UTF-8 bytes of text. */
  readonly key: string
  /** A keyed digest of the caller's credentials, in deployments that tell callers apart by nothing else. */
  readonly credentials?: string
  /** Fires when the caller is gone: it stops waiting. An attempt that it started runs on and settles. */
  readonly signal?: AbortSignal
}

/** As much of an `AbortSignal` as is asked for. */
export interface CallerSignal {
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** A request to run an operation once. */
export interface Call extends Scoped {
  /** What is asked for: the same key with another request is a conflict. Plain data, or bytes. */
  readonly request: unknown
}

/** A call of a face that may name its operation, and tell its callers apart by their credentials. */
export interface FacedCall extends Omit<Scoped, 'signal'> {
  readonly signal?: CallerSignal
  /** Default: the operation's own name. */
  readonly operation?: string | undefined
}

/** A request in a form of its own, which knows how to be fingerprinted. */
export interface SeenRequest {
  /** What the operation's own `fingerprint` function is given. */
  readonly request: unknown
  /** @throws {UnfingerprintableRequest} */
  fingerprintBy(algorithm: FingerprintAlgorithm): Fingerprint
}

/** What all claims of one call have in common. */
export interface PreparedCall {
  readonly terms: Omit<ClaimRequest, 'token' | 'incarnation' | 'intent'>
  /** The request's fingerprint by another receipt's algorithm; `undefined` where it can't be computed here. */
  fingerprintAs(version: Fingerprint['version']): Fingerprint | undefined
}

/** Of two calls with one key: whether the outcome of one answers the other. */
export function asksTheSame({ terms: a }: PreparedCall, { terms: b }: PreparedCall): boolean {
  return (
    a.fingerprint.digest === b.fingerprint.digest &&
    a.fingerprint.version === b.fingerprint.version &&
    a.credentials === b.credentials
  )
}

const newestAlgorithm = fingerprintAlgorithms.get(FINGERPRINT_VERSION) as FingerprintAlgorithm

/** Makes calls of one operation ready to claim. */
export class Preparation {
  readonly #operation: string
  readonly #settings: Settings
  readonly #hashKeys: boolean
  readonly #ignore: IgnoredMembers

  /** @throws {IgnoredMemberInvalid} where a member to leave out isn't a JSON Pointer. */
  constructor(operation: string, settings: Settings, hashKeys: boolean) {
    this.#operation = operation
    this.#settings = settings
    this.#hashKeys = hashKeys
    this.#ignore = ignoredMembers(settings.ignore)
  }

  /** @throws {KeyInvalid | ScopeInvalid | UnfingerprintableRequest} */
  prepare(call: Call): PreparedCall {
    const { request } = call
    const { rerun, codec } = this.#settings
    const options = { ignore: this.#ignore }
    const seen = { request, fingerprintBy: (by: FingerprintAlgorithm) => by.value(request, options) }
    return this.prepareSeen(call, seen, rerun ? keptRequest(codec, request) : null)
  }

  /** @throws {KeyInvalid | ScopeInvalid | UnfingerprintableRequest} */
  prepareSeen(
    { tenant, key, credentials, operation = this.#operation }: FacedCall,
    seen: SeenRequest,
    kept: Uint8Array | null,
  ): PreparedCall {
    const { policies, leaseMs, ttlMs, keyRetentionMs, fingerprint } = this.#settings
    const own = (): Fingerprint | undefined => fingerprint && fingerprintBy(fingerprint(seen.request))
    return {
      terms: {
        id: receiptId({ tenant, operation, key }),
        tenant,
        operation,
        key: this.#hashKeys ? null : key,
        fingerprint: own() ?? seen.fingerprintBy(newestAlgorithm),
        credentials: credentials ?? null,
        policies,
        leaseMs,
        ttlMs,
        keyRetentionMs,
        request: kept,
      },
      fingerprintAs(version) {
        if (version === OWN_FINGERPRINT_VERSION) return own()
        const algorithm = fingerprintAlgorithms.get(version)
        return algorithm && seen.fingerprintBy(algorithm)
      },
    }
  }

  /** A call that claims for recovery what stands in this receipt, with nobody there to ask for its outcome. */
  prepareRecovery(receipt: Receipt): PreparedCall {
    const { policies, leaseMs, ttlMs, keyRetentionMs } = this.#settings
    const { id, tenant, operation, key, fingerprint, credentials, request } = receipt
    return {
      terms: {
        id,
        tenant,
        operation,
        key,
        fingerprint,
        credentials,
        policies,
        leaseMs,
        ttlMs,
        keyRetentionMs,
        request,
      },
      fingerprintAs: () => undefined,
    }
  }
}

/** Encoded like an outcome's value, so that the encoding's version covers it. */
function keptRequest(codec: Codec, request: unknown): Uint8Array {
  return encodeOutcome({ kind: 'value', value: codec.encode(request) })
}
