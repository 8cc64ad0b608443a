import type { Call, OnceResult, Receipts } from 'counterfoil'
import type { ChargeTerms } from './charge.ts'
import type { Charge, Ledger } from './ledger.ts'
import type { Happening, Order } from './messages.ts'
import type { Stage } from './stage.ts'
import type { Expected } from './tally.ts'

/** A scenario is read from top to bottom: what its processes do, what happens to them, and what must come of it. */
export interface Scenario {
  /** For the table. */
  readonly name: string
  readonly headline: string
  /** What a worker process does with each call that it is given; a process is started with one of these. */
  readonly services: Readonly<Record<string, Service>>
  /** In the parent process: who calls when, and who is killed. */
  play(stage: Stage): Promise<void>
  /** Every count that must come out; one that doesn't makes the demo fail. */
  readonly expected: Expected
  /** It must have double effects: it shows that the storm would find some. */
  readonly isControl?: true
}

export type Service = (desk: Desk) => Serve

/** One call, as a user's code would make it. */
export type Serve = (call: Call & Order) => Promise<Served>

export interface Served extends Pick<OnceResult<Charge>, 'value' | 'replayed'> {
  readonly sha256?: string | undefined
}

/** What a worker process has at hand. */
export interface Desk {
  readonly receipts: Receipts
  /** The side effect: slow, and real, since it leaves a line in the ledger. */
  charge(order: Order, terms: ChargeTerms): Promise<Charge>
  readonly ledger: Ledger
  /** Tells the parent of what the library has no event for, or did not do. */
  tell(what: Happening): void
  /** The control keeps its outcomes here, in a file of its own. */
  readonly controlPath: string
}
