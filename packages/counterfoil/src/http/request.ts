import {
  comparableMediaType,
  type Fingerprint,
  type FingerprintAlgorithm,
  ignoredMembers,
} from '../core/index.ts'
import type { SeenRequest } from '../engine/call.ts'
import type { FieldLines } from './field-lines.ts'

/** A request's head as received. */
export interface RequestHead {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: FieldLines
}

/** A request's body as far as it can be seen: its bytes, or what a parser has made of them. */
export type SeenBody =
  | {
      readonly as: 'bytes'
      /** Decoded, where they came compressed. */
      readonly bytes: Uint8Array
      /** As they came; absent where a parser has been at them. */
      readonly received?: Uint8Array
    }
  | { readonly as: 'value'; readonly value: unknown }

/** How the requests of one operation are fingerprinted: method, path and query, media type, and body. */
export class RequestFingerprints {
  readonly #ofBody
  readonly #ofValue

  /** @param ignore JSON Pointers into the body. */
  constructor(ignore: readonly string[]) {
    this.#ofBody = ignoredMembers(ignore)
    this.#ofValue = ignoredMembers(ignore.map((pointer) => `/body${pointer}`))
  }

  see({ method, target }: RequestHead, contentType: string | undefined, body: SeenBody): SeenRequest {
    if (body.as === 'bytes') {
      const request = { method, target, contentType, body: body.bytes }
      const options = { ignore: this.#ofBody }
      return { request, fingerprintBy: (by: FingerprintAlgorithm): Fingerprint => by.http(request, options) }
    }
    const type = contentType === undefined ? null : comparableMediaType(contentType)
    const request = { method, target, contentType: type, body: body.value }
    const options = { ignore: this.#ofValue }
    return { request, fingerprintBy: (by: FingerprintAlgorithm): Fingerprint => by.value(request, options) }
  }
}
