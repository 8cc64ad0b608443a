import type {
  ClaimDecision,
  ClaimRequest,
  Fence,
  FencedAnswer,
  HandAnswer,
  HandChange,
  HandTarget,
  ReceiptId,
  Settlement,
  StoreTime,
  SweepAnswer,
} from '../../core/index.ts'
import { age } from './age.ts'
import { changeByHand } from './change-by-hand.ts'
import { claim } from './claim.ts'
import type { StoreClock } from './clock.ts'
import { refused, renew, saveStep, settle, yieldClaim } from './fenced.ts'
import { type SettleUnchanged, settleUnchanged } from './settle-unchanged.ts'
import { sweepBatch } from './sweep.ts'
import type { Tables } from './tables.ts'

/** A write as data, so that it can wait in a queue and travel to the worker. */
export type Write =
  | { readonly do: 'claim'; readonly request: ClaimRequest }
  | { readonly do: 'settle'; readonly fence: Fence; readonly settlement: Settlement }
  | SettleUnchanged
  | { readonly do: 'yield'; readonly fence: Fence; readonly recoverAfterMs: number }
  | { readonly do: 'renew'; readonly fence: Fence; readonly leaseMs: number }
  | { readonly do: 'refused'; readonly fence: Fence; readonly step: string; readonly generation: number }
  | { readonly do: 'save_step'; readonly fence: Fence; readonly step: string; readonly result: Uint8Array }
  | { readonly do: 'change_by_hand'; readonly target: HandTarget; readonly change: HandChange }
  | { readonly do: 'sweep'; readonly limit: number }
  | { readonly do: 'age'; readonly id: ReceiptId; readonly ms: number }

export interface Answers {
  readonly claim: ClaimDecision
  readonly settle: FencedAnswer
  readonly settle_unchanged: StoreTime | FencedAnswer
  readonly yield: FencedAnswer
  readonly renew: 'renewed' | 'lost'
  readonly refused: 'written' | 'lost'
  readonly save_step: 'written' | 'lost'
  readonly change_by_hand: HandAnswer
  readonly sweep: SweepAnswer
  readonly age: undefined
}

export type Answer = Answers[Write['do']]

/** Carry out one write inside the caller's transaction. */
export function perform(tables: Tables, write: Write, clock: StoreClock): Answer {
  switch (write.do) {
    case 'claim':
      return claim(tables, write.request, clock)
    case 'settle':
      return settle(tables, write.fence, write.settlement, clock)
    case 'settle_unchanged':
      return settleUnchanged(tables, write, clock)
    case 'yield':
      return yieldClaim(tables, write.fence, write.recoverAfterMs, clock)
    case 'renew':
      return renew(tables, write.fence, write.leaseMs, clock)
    case 'refused':
      return refused(tables, write.fence, write.step, write.generation)
    case 'save_step':
      return saveStep(tables, write.fence, write.step, write.result)
    case 'change_by_hand':
      return changeByHand(tables, write.target, write.change, clock)
    case 'sweep':
      return sweepBatch(tables, write.limit, clock)
    case 'age':
      age(tables, write.id, write.ms)
      return undefined
  }
}
