export { canonicalJson } from './canonical-json.ts'
export { canonicalValue } from './canonical-value.ts'
export { IgnoredMemberInvalid, UnfingerprintableRequest } from './errors.ts'
export {
  FINGERPRINT_VERSION,
  fingerprintAlgorithms,
  fingerprintBy,
  fingerprintHttp,
  fingerprintValue,
  OWN_FINGERPRINT_VERSION,
} from './fingerprint.ts'
export type {
  Fingerprint,
  FingerprintAlgorithm,
  FingerprintOptions,
  FingerprintVersion,
  HttpRequestSeen,
} from './fingerprint-algorithm.ts'
export { type IgnoredMembers, ignoredMembers } from './ignored-members.ts'
export { comparableMediaType } from './media-type.ts'
