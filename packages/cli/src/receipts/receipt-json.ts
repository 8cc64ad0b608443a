import type { Receipt, StoreTime } from 'counterfoil'
import { guarantees, placeOf } from 'counterfoil'
import { timeText } from '../terminal/time.ts'
import { bodyOf, readOutcome } from './outcome-summary.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json }

/** A receipt as `ls --json` gives it. No claim token ever comes out: whoever has it can write. */
export function receiptJson(
  receipt: Receipt,
  now: StoreTime,
  { withKey }: { readonly withKey: boolean },
): Readonly<Record<string, Json>> {
  return {
    id: receipt.id,
    state: placeOf(receipt, now),
    tenant: receipt.tenant,
    operation: receipt.operation,
    ...(withKey && { key: receipt.key }),
    incarnation: receipt.incarnation,
    attempt: receipt.attempt,
    purpose: receipt.purpose,
    createdAt: timeText(receipt.createdAt),
    claimedAt: timeText(receipt.claimedAt),
    ...endJson(receipt),
    doubtSince: receipt.doubtSince === null ? null : timeText(receipt.doubtSince),
    guarantee: guaranteeName(receipt.policies),
    policies: { ...receipt.policies },
    ttlMs: receipt.ttlMs,
    keyRetentionMs: receipt.keyRetentionMs,
    outcome: outcomeFacts(receipt),
  }
}

/** The name of the guarantee that has these two policies, or `null` where none has. */
export function guaranteeName(policies: Receipt['policies']): string | null {
  const named = Object.entries(guarantees).find(
    ([, preset]) => preset.onFailure === policies.onFailure && preset.onAbandoned === policies.onAbandoned,
  )
  return named?.[0] ?? null
}

function endJson(receipt: Receipt): Readonly<Record<string, Json>> {
  if (receipt.state === 'in_progress') {
    return {
      leaseEndsAt: timeText(receipt.leaseEndsAt),
      recoverableAt: receipt.givenUp?.as === 'in_doubt' ? timeText(receipt.givenUp.recoverableAt) : null,
    }
  }
  return {
    settledAt: timeText(receipt.settledAt),
    outcomeUntil: timeText(receipt.settledAt + receipt.ttlMs),
    keyUntil: timeText(receipt.settledAt + receipt.keyRetentionMs),
  }
}

function outcomeFacts(receipt: Receipt): Json {
  if (receipt.state === 'in_progress' || receipt.outcome === null) return null
  const outcome = readOutcome(receipt.outcome)
  return {
    kind: outcome.kind,
    ...(outcome.kind === 'response' && { status: outcome.status }),
    bytes: bodyOf(outcome)?.length ?? 0,
  }
}
