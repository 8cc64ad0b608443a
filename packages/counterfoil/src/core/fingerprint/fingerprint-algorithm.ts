import type { IgnoredMembers } from './ignored-members.ts'

/** Which algorithm made a fingerprint. Only fingerprints of one version can be compared. */
export type FingerprintVersion = number

export interface Fingerprint {
  readonly version: FingerprintVersion
  /** SHA-256, as 64 hex digits in lower case. */
  readonly digest: string
}

/** An HTTP request, as far as it makes the same request or another one. */
export interface HttpRequestSeen {
  /** As received: methods are case-sensitive (RFC 9110, section 9.1). */
  readonly method: string
  /** Path and query, as received. */
  readonly target: string
  /** The `Content-Type` field's value; `undefined` where there is none. */
  readonly contentType?: string | undefined
  /** The whole content, with its `Content-Encoding` undone. None is zero bytes; `undefined` was not read, an error. */
  readonly body: Uint8Array | undefined
}

export interface FingerprintOptions {
  /** Compiled by `ignoredMembers`. In what is not JSON nothing is left out. */
  readonly ignore?: IgnoredMembers | undefined
}

/** One version's functions. They answer the same for ever. */
export interface FingerprintAlgorithm {
  /** @throws {UnfingerprintableRequest} */
  value(value: unknown, options?: FingerprintOptions): Fingerprint
  /** @throws {UnfingerprintableRequest} */
  http(request: HttpRequestSeen, options?: FingerprintOptions): Fingerprint
}
