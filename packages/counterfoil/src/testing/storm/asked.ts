import type { ClaimRequest, Settlement } from '../../core/index.ts'
import {
  type AskedClaim,
  type AskedSettle,
  type ClaimEvent,
  type SettleEvent,
  textOf,
} from './storm-event.ts'

/** What is recorded of a request, and the request again, as far as a decision looks at it. */

export function askedClaimOf(request: ClaimRequest): AskedClaim {
  const { id: _id, tenant: _tenant, operation: _operation, key: _key, request: _bytes, ...asked } = request
  return asked
}

export function askedSettleOf(settlement: Settlement): AskedSettle {
  const { as, outcome } = settlement
  return { as, outcome: textOf(outcome), doubt: settlement.as === 'released' ? settlement.doubt : null }
}

export function requestOf({ id, asked }: ClaimEvent): ClaimRequest {
  return { ...asked, id, tenant: '', operation: '', key: null, request: null }
}

export function settlementOf({ asked: { as, outcome, doubt } }: SettleEvent): Settlement {
  const bytes = outcome === null ? null : Buffer.from(outcome, 'latin1')
  if (as === 'released') return { as, outcome: bytes, doubt: doubt ?? 'stands' }
  return { as, outcome: bytes ?? new Uint8Array() }
}
