import type { KeptRequest } from '../core/index.ts'
import type { Work } from './caller.ts'

/** Through which an operation's requests come that have a form of their own. */
export interface Face {
  /** Whether their receipts go by other names than the operation's own. */
  readonly names: boolean
  /** Runs a kept request again, with nobody there. */
  rerun(request: KeptRequest): Work
}
