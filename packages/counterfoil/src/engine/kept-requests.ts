import type { KeptRequest } from '../core/index.ts'
import type { Work } from './caller.ts'

/** How an operation's kept requests are run again, where they have a form of their own, as over HTTP. */
export interface KeptRequests {
  /** Whether their receipts go by other names than the operation's own. */
  readonly names: boolean
  /** Runs a kept request again, with nobody there. */
  rerun(request: KeptRequest): Work
}
