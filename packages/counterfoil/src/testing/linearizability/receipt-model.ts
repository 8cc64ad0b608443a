import {
  decideClaim,
  decideRenew,
  decideSettle,
  decideSweep,
  decideYield,
  type FencedDecision,
  type Receipt,
  type StoreTime,
  standingOf,
} from '../../core/index.ts'
import { requestOf, settlementOf } from '../storm/asked.ts'
import {
  type ClaimAnswer,
  type ClaimEvent,
  claimAnswerOf,
  type StormEvent,
  storedAfterOf,
  type WriteAnswer,
  type WriteEvent,
} from '../storm/storm-event.ts'
import { criticalMoments, latenesses } from './critical-moments.ts'
import { type Moments, matching, ROUNDING_MS, within } from './matching.ts'
import { essence, later, type Modelled, narrowed, nothingKept } from './modelled.ts'

/**
 * A store reads its clock after it has read the receipt; what it decides and then loses the answer of is not older than
 * the last change but for this: between the two a server may be held up.
 */
const HELD_UP_MS = 5

/**
 * What may be kept once this call was made on what is kept, by the pure decisions of core; nothing where they can't
 * have given its answer. `kept` itself, where the call changed nothing. A call without an answer has one of the changes
 * that it can make: that it made none is for the search to consider.
 */
export function after(kept: Modelled, event: StormEvent, moments: Moments): readonly Modelled[] {
  if (event.call === 'claim') {
    const { answer } = event
    if (answer.kind === 'unknown') return claimedUnheard(kept, event, moments)
    return answer.kind === 'claimed' ? claimed(kept, event, answer, moments) : refused(kept, event, moments)
  }
  const { answer } = event
  // The sweep may have come before, where it was due: to claims that makes no difference.
  return variantsOf(kept, moments.to).flatMap((variant) => written(variant, event, answer, moments))
}

/** What a claim could have been answered, for a message. */
export function answersTo(kept: Modelled, event: ClaimEvent, { from, to }: Moments): readonly ClaimAnswer[] {
  const moments = criticalMoments(kept.receipt, from - kept.lateMs, to)
  return moments.map((now) => claimAnswerOf(decideClaim(kept.receipt, requestOf(event), now)))
}

/** A grant starts the lease at its moment, and so tells it. */
function claimed(
  kept: Modelled,
  event: ClaimEvent,
  answer: Extract<ClaimAnswer, { kind: 'claimed' }>,
  moments: Moments,
): readonly Modelled[] {
  const now = answer.leaseEndsAt - event.asked.leaseMs
  if (!within(now, moments)) return []
  for (const lateMs of latenesses(kept, now)) {
    const decision = decideClaim(later(kept.receipt, lateMs), requestOf(event), now)
    if (decision.kind !== 'claimed' || !matching(claimAnswerOf(decision), answer)) continue
    if (!beganAsTold(kept, decision.receipt, answer.claimedAt, now)) continue
    const receipt = essence({ ...decision.receipt, claimedAt: answer.claimedAt })
    return [{ receipt, lateMs: 0, claimedLateMs: 0, since: now }]
  }
  return firstOnceForgotten(kept, event, answer, moments)
}

/**
 * A first claim may have read its clock, and then waited for whoever removed the receipt that was there before: it is
 * the first all the same, and its lease is shorter by as much.
 */
function firstOnceForgotten(
  kept: Modelled,
  event: ClaimEvent,
  answer: Extract<ClaimAnswer, { kind: 'claimed' }>,
  { to }: Moments,
): readonly Modelled[] {
  const now = answer.leaseEndsAt - event.asked.leaseMs
  if (kept.receipt === undefined || standingOf(kept.receipt, to).is !== 'absent') return []
  return claimed(nothingKept, event, answer, { from: now, to: now })
}

/** A new attempt begins now; one that was granted before, then. */
function beganAsTold(kept: Modelled, granted: Receipt, told: StoreTime, now: StoreTime): boolean {
  const from = granted.claimedAt - ROUNDING_MS
  const lateMs = granted.claimedAt === now ? 0 : kept.claimedLateMs
  return told >= from && told <= granted.claimedAt + lateMs + ROUNDING_MS
}

/** Another answer than a grant changes nothing, but may tell when what is kept was written. */
function refused(kept: Modelled, event: ClaimEvent, { from, to }: Moments): readonly Modelled[] {
  const request = requestOf(event)
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const stretch of stretchesFor(kept, event.answer, { from: from - kept.lateMs, to })) {
    const shift = matching(claimAnswerOf(decideClaim(kept.receipt, request, stretch.at)), event.answer)
    if (shift === undefined) continue
    // The decision fell somewhere in the stretch, and by as much later as what is kept was written later.
    least = Math.min(least, Math.max(shift.least, from - stretch.to))
    most = Math.max(most, Math.min(shift.most, to - stretch.from))
  }
  return narrowed(kept, least, most)
}

interface Stretch extends Moments {
  readonly at: StoreTime
}

/** Stretches in each of which the decision is the same: the one that the answer tells, or all that there are. */
function stretchesFor(kept: Modelled, answer: ClaimAnswer, moments: Moments): readonly Stretch[] {
  const told = momentTold(kept.receipt, answer)
  if (told !== undefined) return [{ at: told, from: told - ROUNDING_MS, to: told + ROUNDING_MS }]
  const turns = criticalMoments(kept.receipt, moments.from, moments.to)
  return turns.map((at, index) => ({ at, from: at, to: turns[index + 1] ?? at }))
}

/**
 * Both the moment and how late what is kept is are open; the decision hangs on the one less the other, and is the same
 * from one turn of what is kept to the next.
 */
function claimedUnheard(kept: Modelled, event: ClaimEvent, moments: Moments): readonly Modelled[] {
  const { from, to } = unheard(kept, moments)
  if (from > to) return []
  const turns = criticalMoments(kept.receipt, from - kept.lateMs, to)
  const found: Modelled[] = []
  for (const [index, turn] of turns.entries()) {
    const now = Math.max(from, turn)
    const decision = decideClaim(later(kept.receipt, now - turn), requestOf(event), now)
    if (decision.kind !== 'claimed') continue
    const nextTurn = (turns[index + 1] ?? to) + kept.lateMs + ROUNDING_MS
    const lateMs = Math.min(to, nextTurn) - now
    const began = decision.receipt.claimedAt === now
    const granted: Modelled = {
      receipt: essence(decision.receipt),
      lateMs,
      claimedLateMs: began ? lateMs : kept.claimedLateMs,
      since: now,
    }
    const before = found.at(-1)
    if (before === undefined || !isSameGrant(before, granted)) found.push(granted)
    else found[found.length - 1] = longer(before, granted)
  }
  return found
}

function isSameGrant({ receipt, since }: Modelled, other: Modelled): boolean {
  return (
    receipt?.incarnation === other.receipt?.incarnation &&
    receipt?.attempt === other.receipt?.attempt &&
    receipt?.predecessor === other.receipt?.predecessor &&
    // One that was resumed is not one that began anew.
    (receipt?.claimedAt === since) === (other.receipt?.claimedAt === other.since)
  )
}

/** The same grant, made at any moment from the one's first to the other's last. */
function longer(first: Modelled, last: Modelled): Modelled {
  const lateMs = last.since + last.lateMs - first.since
  return {
    ...first,
    lateMs,
    claimedLateMs: first.receipt?.claimedAt === first.since ? lateMs : first.claimedLateMs,
  }
}

function written(
  kept: Modelled,
  event: WriteEvent,
  answer: WriteAnswer,
  moments: Moments,
): readonly Modelled[] {
  const told = answer.kind === 'written' ? answer.stored : null
  const { from, to } = unheard(kept, moments)
  const now = told?.at ?? from
  const decision = decide(kept.receipt, event, now)
  if (answer.kind === 'lost') return decision.kind === 'lost' ? [kept] : []
  if (decision.kind === 'lost') return []
  if (decision.kind === 'already') {
    if (answer.kind === 'unknown') return []
    const shift = told ? matching(storedAfterOf(decision.receipt), told) : undefined
    return shift === undefined ? [] : narrowed(kept, shift.least, shift.most)
  }
  const then = { ...kept, receipt: essence(decision.receipt), since: now }
  if (told === null) return from > to ? [] : [{ ...then, lateMs: to - now }]
  const fits = within(now, moments) && matching(storedAfterOf(decision.receipt), told) !== undefined
  return fits ? [{ ...then, lateMs: 0 }] : []
}

/** When a call may have been decided whose answer doesn't say it. */
function unheard({ since }: Modelled, { from, to }: Moments): Moments {
  return { from: Math.max(from, since - HELD_UP_MS), to }
}

function decide(receipt: Receipt | undefined, event: WriteEvent, now: StoreTime): FencedDecision {
  const { fence } = event
  switch (event.call) {
    case 'settle':
      return decideSettle(receipt, fence, settlementOf(event), now)
    case 'yield':
      return decideYield(receipt, fence, event.asked.recoverAfterMs, now)
    case 'renew':
      return decideRenew(receipt, fence, event.asked.leaseMs, now)
  }
}

/** As it is, and as the sweep may have left it by then. */
function variantsOf(kept: Modelled, by: StoreTime): readonly Modelled[] {
  const { receipt } = kept
  if (receipt === undefined) return [kept]
  const swept = criticalMoments(receipt, Number.NEGATIVE_INFINITY, by).flatMap((now): readonly Modelled[] => {
    const decision = decideSweep(receipt, now)
    if (decision.kind === 'keep') return []
    if (decision.kind === 'remove') return [{ ...nothingKept, since: kept.since }]
    return [{ ...kept, receipt: essence(decision.receipt) }]
  })
  return [kept, ...swept]
}

/** The moment that an answer tells by the time that it says is left. */
function momentTold(receipt: Receipt | undefined, answer: ClaimAnswer): StoreTime | undefined {
  if (receipt?.state !== 'in_progress') return undefined
  if (answer.kind === 'in_progress') return receipt.leaseEndsAt - answer.leaseLeftMs
  if (answer.kind === 'abandoned' && answer.recoverableInMs && receipt.givenUp?.as === 'in_doubt')
    return receipt.givenUp.recoverableAt - answer.recoverableInMs
  return undefined
}
