import {
  decideRefused,
  decideRenew,
  decideSettle,
  decideStep,
  decideYield,
  type Fence,
  type FencedAnswer,
  type FencedDecision,
  type RunningDecision,
  type Settlement,
} from '../../core/index.ts'
import type { StoreClock } from './clock.ts'
import type { Tables } from './tables.ts'

// The writes of a claim's holder. Each reads, decides on the fence and writes inside one BEGIN IMMEDIATE …  COMMIT, in
// which nobody else can write (claim.ts says why that holds): a holder that was overtaken finds the other's attempt
// and token, and changes nothing.

export function settle(
  tables: Tables,
  fence: Fence,
  settlement: Settlement,
  clock: StoreClock,
): FencedAnswer {
  return ended(tables, decideSettle(tables.read(fence.id), fence, settlement, clock.now()))
}

export function yieldClaim(
  tables: Tables,
  fence: Fence,
  recoverAfterMs: number,
  clock: StoreClock,
): FencedAnswer {
  return ended(tables, decideYield(tables.read(fence.id), fence, recoverAfterMs, clock.now()))
}

export function renew(tables: Tables, fence: Fence, leaseMs: number, clock: StoreClock): 'renewed' | 'lost' {
  return written(tables, decideRenew(tables.read(fence.id), fence, leaseMs, clock.now())) ? 'renewed' : 'lost'
}

export function refused(tables: Tables, fence: Fence, step: string, generation: number): 'written' | 'lost' {
  return written(tables, decideRefused(tables.read(fence.id), fence, step, generation)) ? 'written' : 'lost'
}

export function saveStep(tables: Tables, fence: Fence, step: string, result: Uint8Array): 'written' | 'lost' {
  if (decideStep(tables.read(fence.id), fence) === 'lost') return 'lost'
  tables.saveStep(fence.incarnation, step, result)
  return 'written'
}

function ended(tables: Tables, decision: FencedDecision): FencedAnswer {
  if (decision.kind === 'lost') return { kind: 'lost' }
  if (decision.kind === 'write') tables.update(decision.receipt)
  return { kind: 'settled', receipt: decision.receipt }
}

function written(tables: Tables, decision: RunningDecision): boolean {
  if (decision.kind === 'lost') return false
  tables.update(decision.receipt)
  return true
}
