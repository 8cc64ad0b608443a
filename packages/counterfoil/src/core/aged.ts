import type { Receipt } from './receipt.ts'

/** The receipt as if `ms` had gone by for it: every time in it moved into the past. For tests. */
export function aged(receipt: Receipt, ms: number): Receipt {
  const facts = {
    createdAt: receipt.createdAt - ms,
    claimedAt: receipt.claimedAt - ms,
    doubtSince: receipt.doubtSince === null ? null : receipt.doubtSince - ms,
    history: receipt.history.map((entry) =>
      entry.kind === 'attempt'
        ? { ...entry, claimedAt: entry.claimedAt - ms, endedAt: entry.endedAt - ms }
        : { ...entry, at: entry.at - ms },
    ),
  }
  if (receipt.state !== 'in_progress') return { ...receipt, ...facts, settledAt: receipt.settledAt - ms }
  const leaseEndsAt = receipt.leaseEndsAt - ms
  if (receipt.givenUp === null) return { ...receipt, ...facts, leaseEndsAt }
  const { givenUp } = receipt
  return {
    ...receipt,
    ...facts,
    leaseEndsAt,
    givenUp: givenUp.as === 'in_doubt' ? { ...givenUp, recoverableAt: givenUp.recoverableAt - ms } : givenUp,
  }
}
