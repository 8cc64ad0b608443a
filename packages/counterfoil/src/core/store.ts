import type { HandChange, HandRefusal, HandTarget } from './decide-by-hand.ts'
import type { ClaimDecision, ClaimRequest } from './decide-claim.ts'
import type { Settlement } from './decide-settle.ts'
import type { Fence, InProgress, Receipt, ReceiptId, Running, StoreTime } from './receipt.ts'
import type { Place } from './standing.ts'

/**
 * Where receipts are kept. This page is the whole contract: a store can be written from it without reading another
 * one, and `counterfoil/testing` has the suite that holds a store to it.
 *
 * **Atomicity.** Each verb that writes makes its decision and its write as one step that no other process can come
 * between: one conditional statement, one script, or one transaction that excludes other writers. What is decided is
 * never the store's own idea: `decideClaim`, `decideSettle`, `decideRenew`, `decideYield`, `decideRefused`,
 * `decideStep`, `decideByHand` and `decideSweep` in this folder say it, and a store either calls them or says exactly
 * the same in its own language. A check followed by a write is a defect, however short the gap; so is an answer read
 * back in a second statement.
 *
 * **Time.** `now` is the store's clock, read once per decision, after the receipt was read or locked. It never runs
 * backwards for one receipt. A caller's clock decides nothing.
 *
 * **Durability.** A promise of a writing verb is fulfilled only once the write will survive what the store's `audit`
 * says that it survives. If the answer can't be had, the verb rejects, and the write may or may not have been made;
 * every verb may be sent again after that, and counts once.
 *
 * **Errors.** A verb rejects with `StoreUnavailable` where the store could not be asked or could not write (its `fault`
 * says whether anything may have been written: `StoreFault`), with `StoreFull` where a bounded store takes no new receipt,
 * and with nothing else, within a bound of its own: a verb that never answers is a defect. One request's failure never
 * fails another's, even where they travel together.
 */
export interface ReceiptStore {
  /** For messages: `memory`, `SQLite`. */
  readonly name: string

  /**
   * Ask for the claim: `decideClaim`, atomically. On `claimed` the decision's receipt is what is now stored; on any
   * other answer nothing has changed. Sent again under the same token, it gives the answer that was lost.
   */
  claim(request: ClaimRequest): Promise<ClaimDecision>

  /**
   * End an attempt: `decideSettle`, a compare-and-set on the fence. `settled` comes with the receipt as stored,
   * whether this call or an earlier one under the same fence has written it. On `lost` nothing has changed.
   *
   * @param claimed the receipt as the claim gave it, from whoever still has it. It spares a store the reading where
   *   the receipt is unchanged since, and changes no answer: leases are renewed and refusals counted in between.
   */
  settle(fence: Fence, settlement: Settlement, claimed?: Running): Promise<FencedAnswer>

  /** Start the holder's lease anew: `decideRenew`. */
  renew(fence: Fence, leaseMs: number): Promise<'renewed' | 'lost'>

  /** Give the claim back with the effect unknown: `decideYield`. No recovery within the next `recoverAfterMs`. */
  yield(fence: Fence, recoverAfterMs: number): Promise<FencedAnswer>

  /** Count a downstream's definite refusal under the key of `generation`: `decideRefused`. */
  refused(fence: Fence, step: string, generation: number): Promise<'written' | 'lost'>

  /**
   * Keep a step's result, on the fence: `decideStep`. It hangs on the receipt's incarnation and goes with it. The
   * first result written for a step stays.
   */
  saveStep(fence: Fence, step: string, result: Uint8Array): Promise<'written' | 'lost'>

  /** The results kept for this incarnation, by step. */
  readSteps(id: ReceiptId, incarnation: string): Promise<ReadonlyMap<string, Uint8Array>>

  /** The receipt as stored, and the store's time of reading. Expired receipts may still be there: see `standingOf`. */
  read(id: ReceiptId): Promise<Reading>

  /** By creation, newest first, a page at a time. An index may be a moment behind; every receipt comes once in a full walk. */
  list(filter: ListFilter, page: Page): Promise<ListAnswer>

  /** Receipts that `isRecoverable` finds abandoned for at least `forMs`, longest abandoned first. */
  findAbandoned(query: AbandonedQuery): Promise<readonly InProgress[]>

  /** How many receipts stand where, by the store's time. */
  stats(): Promise<StoreStats>

  /** An operator's change: `decideByHand`, one conditional write. */
  changeByHand(target: HandTarget, change: HandChange): Promise<HandAnswer>

  /**
   * Carry out `decideSweep` for at most `limit` receipts that are due, each only if it still is when written. It
   * never touches a living lease, and holds up no claim for longer than one batch takes. Removing a receipt, or
   * entombing it, drops its steps.
   */
  sweep(limit: number): Promise<SweepAnswer>

  /**
   * Call `wake` soon after the receipt changes: another attempt, another state, a claim given back. Waking for
   * nothing is allowed. A change that came before `watch` returned may go untold, so that a caller reads once after
   * it; after a lost connection `wake` is called on every return. A lapsing lease is no change: nobody wrote.
   */
  watch(id: ReceiptId, wake: () => void): Watch

  /** What this store, with these settings, does and does not survive: looked up now, in the running server. */
  audit(): Promise<readonly Finding[]>

  /** The schema that it keeps, and its very claim, for humans to read. */
  describe(): StoreDescription

  /** Finish what is under way, then let go of everything. Later calls reject with `StoreUnavailable`. */
  close(): Promise<void>

  /** For tests only: move all times of a receipt into the past, as if `ms` had gone by for it. */
  age(id: ReceiptId, ms: number): Promise<void>
}

export type FencedAnswer = { readonly kind: 'settled'; readonly receipt: Receipt } | { readonly kind: 'lost' }

export interface Reading {
  readonly receipt: Receipt | undefined
  readonly now: StoreTime
}

/** All given conditions must hold: `matchesFilter` in this folder says exactly how. */
export interface ListFilter {
  readonly place?: Place
  readonly tenant?: string
  readonly operation?: string
  /** The key itself, where it is stored in clear. */
  readonly key?: string
  /** Created at least this long ago. */
  readonly olderThanMs?: number
  /** Created at most this long ago. */
  readonly youngerThanMs?: number
}

/** The largest page that a store must give. */
export const MAX_PAGE = 1000

export interface Page {
  /** 1 to `MAX_PAGE`. */
  readonly limit: number
  /** The `next` of the page before; absent for the first. Opaque. */
  readonly after?: string
}

export interface ListAnswer {
  readonly receipts: readonly Receipt[]
  /** Absent where this page is the last. */
  readonly next?: string
  /** The store's time, to tell how each receipt stands. */
  readonly now: StoreTime
}

export interface AbandonedQuery {
  /** By the operation's name; or by the operation that keeps their requests, whatever their own name. */
  readonly of: { readonly operation: string } | { readonly keptBy: string }
  readonly forMs: number
  /** 1 to `MAX_PAGE`. */
  readonly limit: number
}

export interface StoreStats {
  /** How many receipts are where; `absent` counts those past key retention that the sweep hasn't removed yet. */
  readonly places: Readonly<Record<Place, number>>
  /** Bytes that the receipts take, as near as the store can say. */
  readonly bytes: number
}

export type HandAnswer =
  | { readonly kind: 'changed'; readonly receipt: Receipt }
  | { readonly kind: 'refused'; readonly why: HandRefusal }

export interface SweepAnswer {
  /** Outcomes dropped: the receipts are tombstones now. */
  readonly dropped: number
  readonly removed: number
  /** Held receipts that became tombstones: effects that nobody ever found out about. */
  readonly entombed: readonly {
    readonly id: ReceiptId
    readonly tenant: string
    readonly operation: string
  }[]
  /** Whether more was due than `limit` allowed. */
  readonly more: boolean
}

export interface Watch {
  /** No wake-up after this returns. */
  stop(): void
}

export interface Finding {
  /** `refusal`: the promise can't be kept. `warning`: it is kept, but less than it looks. `fact`: what holds. */
  readonly level: 'refusal' | 'warning' | 'fact'
  /** One sentence. */
  readonly says: string
  /** The server's restart forgets receipts, all of them or many: what it acknowledges is not what it keeps. */
  readonly forgets?: 'at restart'
}

export interface StoreDescription {
  readonly schema: string
  readonly claim: string
}
