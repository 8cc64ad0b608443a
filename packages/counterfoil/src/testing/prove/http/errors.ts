import { CounterfoilError } from '../../../core/index.ts'

/** Nothing accepts connections at the target. */
export class TargetUnreachable extends CounterfoilError {
  readonly code = 'target_unreachable'
  readonly retry = 'fix'
  readonly host: string
  constructor(host: string, why: string) {
    super(`Nothing can be reached at ${host} (${why}); start the service, or put the URL right.`)
    this.host = host
  }
}

/** The target is not on the loopback interface alone, and nobody has said that it may be elsewhere. */
export class TargetNotLoopback extends CounterfoilError {
  readonly code = 'target_not_loopback'
  readonly retry = 'fix'
  readonly host: string
  constructor(host: string) {
    super(
      `${host} is not a loopback address, and a proof sends many requests that have their effects; say that it is yours to test (iOwnThis, --i-own-this).`,
    )
    this.host = host
  }
}
