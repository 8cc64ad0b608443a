import { bytesField, digestOf, textField } from './digest.ts'
import { UnfingerprintableRequest } from './errors.ts'
import type {
  Fingerprint,
  FingerprintAlgorithm,
  FingerprintOptions,
  FingerprintVersion,
  HttpRequestSeen,
} from './fingerprint-algorithm.ts'
import { version1 } from './version-1.ts'

/** The version in which new receipts are fingerprinted. */
export const FINGERPRINT_VERSION = 1

/** Of a fingerprint made by the user's own function: never in the table, since nobody else can compute it. */
export const OWN_FINGERPRINT_VERSION = 0

/** Every version that a stored receipt may have. One that isn't here can't be compared, so nothing may run on it. */
export const fingerprintAlgorithms: ReadonlyMap<FingerprintVersion, FingerprintAlgorithm> = new Map([
  [FINGERPRINT_VERSION, version1],
])

/**
 * The fingerprint of a request given as a JavaScript value: by its value as JSON (see `canonicalValue`), a
 * `Uint8Array` by its bytes. Null is a value; `undefined` is an error, since a request that can't be seen must not look
 * like another one.
 *
 * @throws {UnfingerprintableRequest} where it holds what is not seen whole, such as a Date or an instance of a class.
 */
export function fingerprintValue(value: unknown, options?: FingerprintOptions): Fingerprint {
  return version1.value(value, options)
}

/**
 * The fingerprint of an HTTP request: its method, path and query, media type, and body. The body must have been
 * content-decoded.
 *
 * - JSON by its value (see `canonicalJson`). `charset=utf-8` is left out of the media type, since JSON has no other;
 *   other parameters, such as a profile or a version, count.
 * - multipart by its parts in their order (see `multipartParts`), not by its boundary.
 * - All else by its bytes; so is JSON or multipart that can't be taken apart without loss.
 *
 * @throws {UnfingerprintableRequest} where the body was not read.
 */
export function fingerprintHttp(request: HttpRequestSeen, options?: FingerprintOptions): Fingerprint {
  return version1.http(request, options)
}

/**
 * The fingerprint of a request by the answer of the user's own function, which must be the same for what is the same
 * request. Text and bytes are kept apart. The answer may be empty.
 *
 * @throws {UnfingerprintableRequest} where it is neither text nor bytes.
 */
export function fingerprintBy(answer: string | Uint8Array): Fingerprint {
  return {
    version: OWN_FINGERPRINT_VERSION,
    digest: digestOf(OWN_FINGERPRINT_VERSION, 'own', [ownField(answer)]),
  }
}

function ownField(answer: unknown): string {
  if (typeof answer === 'string') return textField(answer)
  if (answer instanceof Uint8Array) return bytesField(answer)
  throw new UnfingerprintableRequest(
    '',
    `got ${answer === null ? 'null' : typeof answer} from the fingerprint function`,
    'let it return text or a Uint8Array',
  )
}
