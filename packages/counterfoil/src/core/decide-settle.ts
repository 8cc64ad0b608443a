import {
  type Fence,
  factsOf,
  type GivenUp,
  holds,
  type Receipt,
  type Running,
  type StoreTime,
} from './receipt.ts'

/** How a claim's holder ends its attempt. */
export type Settlement =
  | { readonly as: 'succeeded'; readonly outcome: Uint8Array }
  | { readonly as: 'failed'; readonly outcome: Uint8Array }
  | {
      readonly as: 'released'
      /** The refusal, for those who waited; `null` where nobody has an answer. */
      readonly outcome: Uint8Array | null
      /** `cleared`: a recovery established under this claim that no earlier attempt had an effect. */
      readonly doubt: 'stands' | 'cleared'
    }

/** A write under a fence: made now, made before by this same fence, or refused because the claim is somebody else's. */
export type FencedDecision =
  | { readonly kind: 'write'; readonly receipt: Receipt }
  | { readonly kind: 'already'; readonly receipt: Receipt }
  | { readonly kind: 'lost' }

/** The same for a write that only a running attempt makes: once ended, it has nothing to write. */
export type RunningDecision = Exclude<FencedDecision, { readonly kind: 'already' }>

/**
 * `in_progress` → `succeeded` or `failed`, on the fence; or to abandoned, where it is released while doubt stands. A
 * settle that comes after the lease, but before anybody took over, is accepted; one sent twice is one settle, and
 * answers with what is stored.
 */
export function decideSettle(
  receipt: Receipt | undefined,
  fence: Fence,
  settlement: Settlement,
  now: StoreTime,
): FencedDecision {
  return underFence(receipt, fence, (running) => settled(running, settlement, now))
}

/**
 * The holder gives its claim back without knowing whether its effect happened: abandoned at once. A recovery that
 * still doesn't know backs off by `recoverAfterMs`.
 */
export function decideYield(
  receipt: Receipt | undefined,
  fence: Fence,
  recoverAfterMs: number,
  now: StoreTime,
): FencedDecision {
  return underFence(receipt, fence, (running) => givenUp(running, null, now + recoverAfterMs, now))
}

/** The holder's lease starts anew, even if it had lapsed, as long as nobody took over. */
export function decideRenew(
  receipt: Receipt | undefined,
  fence: Fence,
  leaseMs: number,
  now: StoreTime,
): RunningDecision {
  return endedIsLost(underFence(receipt, fence, (running) => ({ ...running, leaseEndsAt: now + leaseMs })))
}

/**
 * The downstream of `step` refused definitely under the key of `generation`: the next attempt derives a new one.
 * Saying it twice counts once.
 */
export function decideRefused(
  receipt: Receipt | undefined,
  fence: Fence,
  step: string,
  generation: number,
): RunningDecision {
  return endedIsLost(
    underFence(receipt, fence, (running) => ({
      ...running,
      generations: { ...running.generations, [step]: Math.max(generationOf(running, step), generation + 1) },
    })),
  )
}

/** Whether a step's result may be written: the step itself is kept beside the receipt. */
export function decideStep(receipt: Receipt | undefined, fence: Fence): 'write' | 'lost' {
  return endedIsLost(underFence(receipt, fence, (running) => running)).kind
}

function endedIsLost(decision: FencedDecision): RunningDecision {
  return decision.kind === 'already' ? { kind: 'lost' } : decision
}

/** 0 until the step's downstream has refused. Steps are named by users: `__proto__` is a name like any other. */
export function generationOf(receipt: Receipt, step: string): number {
  return Object.hasOwn(receipt.generations, step) ? (receipt.generations[step] as number) : 0
}

/** Looks at the fence, and not at the time. Only a running attempt writes; `already` where this fence has ended it before. */
function underFence(
  receipt: Receipt | undefined,
  fence: Fence,
  change: (running: Running) => Receipt,
): FencedDecision {
  if (receipt === undefined || !holds(fence, receipt)) return { kind: 'lost' }
  if (receipt.state !== 'in_progress' || receipt.givenUp !== null) return { kind: 'already', receipt }
  return { kind: 'write', receipt: change(receipt) }
}

function settled(running: Running, settlement: Settlement, now: StoreTime): Receipt {
  const facts = factsOf(running)
  const { as, outcome } = settlement
  if (as === 'succeeded') {
    return { ...facts, doubtSince: null, request: null, state: 'succeeded', settledAt: now, outcome }
  }
  if (as === 'failed') {
    return { ...facts, request: null, state: 'failed', retryable: false, settledAt: now, outcome }
  }
  // Doubt is sticky: an earlier attempt may have had its effect, whatever this one's refusal says.
  if (facts.doubtSince !== null && settlement.doubt === 'stands') return givenUp(running, outcome, now, now)
  return { ...facts, doubtSince: null, state: 'failed', retryable: true, settledAt: now, outcome }
}

function givenUp(
  running: Running,
  refusal: Uint8Array | null,
  recoverableAt: StoreTime,
  now: StoreTime,
): GivenUp {
  return {
    ...factsOf(running),
    doubtSince: running.doubtSince ?? now,
    state: 'in_progress',
    leaseEndsAt: now,
    givenUp: { as: 'in_doubt', recoverableAt, refusal },
  }
}
