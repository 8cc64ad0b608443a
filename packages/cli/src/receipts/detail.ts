import type { Receipt, StoreTime } from 'counterfoil'
import { doubtOf, standingOf } from 'counterfoil'
import { roughSpanText, spanText } from '../terminal/time.ts'
import { outcomeSummary, readOutcome } from './outcome-summary.ts'

/** What an operator wants to know next of a receipt in this state, in a few words. */
export function detailOf(receipt: Receipt, now: StoreTime): string {
  const standing = standingOf(receipt, now)
  switch (standing.is) {
    case 'absent':
      return 'forgotten'
    case 'running': {
      const left = `lease ends in ${spanText(standing.receipt.leaseEndsAt - now)}`
      return standing.receipt.purpose === 'recovery' ? `recovering, ${left}` : left
    }
    case 'abandoned': {
      const since = `unknown for ${roughSpanText(now - doubtOf(standing.receipt))}`
      return standing.receipt.policies.onAbandoned === 'hold' ? `held, ${since}` : `re-runs, ${since}`
    }
    case 'released':
      return standing.receipt.outcome === null
        ? 'free to run'
        : `free to run, was ${outcomeSummary(readOutcome(standing.receipt.outcome))}`
    case 'settled':
      return standing.receipt.outcome === null ? '' : outcomeSummary(readOutcome(standing.receipt.outcome))
    case 'tombstone':
      return standing.receipt.state === 'in_progress'
        ? 'never found out'
        : `${standing.receipt.state}, outcome expired`
  }
}
