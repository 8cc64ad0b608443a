import { CounterfoilError } from '../errors.ts'

/** The request holds something whose value cannot be seen, so no fingerprint of it would be true. */
export class UnfingerprintableRequest extends CounterfoilError {
  readonly code = 'request_unfingerprintable'
  readonly retry = 'fix'
  /** Where in the request, as a JSON Pointer (RFC 6901); empty for the request itself. */
  readonly path: string

  constructor(path: string, fault: string, advice: string) {
    super(`The request${whereabouts(path)} ${fault} and can't be fingerprinted; ${advice}.`)
    this.path = path
  }
}

/** A member to leave out of the fingerprint is not named by a usable JSON Pointer. */
export class IgnoredMemberInvalid extends CounterfoilError {
  readonly code = 'ignored_member_invalid'
  readonly retry = 'fix'
  readonly pointer: string

  constructor(pointer: string, fault: string) {
    super(`The ignored member '${pointer}' ${fault}; name it by a JSON Pointer such as '/meta/traceId'.`)
    this.pointer = pointer
  }
}

function whereabouts(path: string): string {
  if (path === '') return ''
  return path.length <= 200 ? ` at '${path}'` : ` at '${path.slice(0, 200)}…'`
}
