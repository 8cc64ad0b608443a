import {
  type ClaimDecision,
  type ClaimRequest,
  decideClaim,
  decideSettle,
  fenceOf,
  fingerprintValue,
  guarantees,
  type Policies,
  type Receipt,
  type Running,
  receiptId,
} from 'counterfoil'
import type { Decision } from '../decision/decision.ts'

export interface ClaimRow {
  readonly stored: string
  readonly comes: string
  readonly answers: string
}

/** What every situation comes to under these policies: each is made by the decisions, and then put to `decideClaim`. */
export function claimTable(decision: Decision): readonly ClaimRow[] {
  const first = requestOf(decision)
  const running = claimed(decideClaim(undefined, first, 0))
  const settled = (as: 'succeeded' | 'failed'): Receipt =>
    written(decideSettle(running, fenceOf(running), { as, outcome: new Uint8Array(1) }, 1))
  const released = written(
    decideSettle(running, fenceOf(running), { as: 'released', outcome: null, doubt: 'stands' }, 1),
  )
  const succeeded = settled('succeeded')
  const retry = { ...first, token: 'another', incarnation: 'another' }
  const other = { ...retry, fingerprint: fingerprintValue('another request') }
  const { ttlMs, keyRetentionMs, leaseMs } = first
  const row = (
    stored: string,
    comes: string,
    [receipt, request, now]: readonly [Receipt | undefined, ClaimRequest, number],
  ): ClaimRow => ({ stored, comes, answers: answerText(decideClaim(receipt, request, now)) })
  const inFlight: readonly ClaimRow[] = [
    row('in progress, lease alive', 'a retry', [running, retry, 1]),
    row('in progress', 'another request under the key', [running, other, 1]),
    row('in progress', 'the same claim again, its answer was lost', [running, first, 1]),
    row('in progress, lease lapsed (abandoned)', 'a retry', [running, retry, leaseMs]),
    ...(decision.recovery.is === 'asked'
      ? [
          row('in progress, lease lapsed (abandoned)', 'a retry that can recover', [
            running,
            { ...retry, intent: 'run_or_recover' },
            leaseMs,
          ]),
        ]
      : []),
  ]
  return [
    row('nothing', 'the first request', [undefined, first, 0]),
    // Inside a transaction nobody sees it unsettled.
    ...(decision.guarantee === 'transactional' ? [] : inFlight),
    row('released: nothing ran, or a failure that may be tried again', 'a retry', [released, retry, 2]),
    row('succeeded', 'a retry', [succeeded, retry, 2]),
    row('succeeded', 'another request under the key', [succeeded, other, 2]),
    row('failed for good', 'a retry', [settled('failed'), retry, 2]),
    ...(keyRetentionMs > ttlMs
      ? [row('a tombstone: its outcome is dropped', 'a retry', [succeeded, retry, 1 + ttlMs])]
      : []),
    row('succeeded, past its key retention', 'a request', [succeeded, retry, 1 + keyRetentionMs]),
  ]
}

function requestOf({ guarantee, ttl, keyRetention, lease }: Decision): ClaimRequest {
  const scope = { tenant: 'a tenant', operation: 'an operation', key: 'a key' }
  return {
    ...scope,
    id: receiptId(scope),
    fingerprint: fingerprintValue('a request'),
    credentials: null,
    policies: policiesOf(guarantee),
    leaseMs: lease.ms,
    ttlMs: ttl.ms,
    keyRetentionMs: keyRetention.ms,
    token: 'a token',
    incarnation: 'an incarnation',
    intent: 'run',
    request: null,
  }
}

function policiesOf(guarantee: Decision['guarantee']): Policies {
  return guarantee === 'transactional' ? { onFailure: 'release', onAbandoned: 'hold' } : guarantees[guarantee]
}

function claimed(decision: ClaimDecision): Running {
  if (decision.kind !== 'claimed') throw new Error('a first request is always claimed')
  return decision.receipt
}

function written(decision: ReturnType<typeof decideSettle>): Receipt {
  if (decision.kind === 'lost') throw new Error('a settle on its own fence is never lost')
  return decision.receipt
}

function answerText(decision: ClaimDecision): string {
  switch (decision.kind) {
    case 'claimed': {
      const { attempt, purpose, predecessor } = decision.receipt
      const told = predecessor === 'abandoned' ? ', told that its predecessor was abandoned' : ''
      return `**claimed**, attempt ${attempt}${purpose === 'recovery' ? ', to recover' : ''}${told}`
    }
    case 'in_progress':
      return '**in progress**, with the time left on the lease'
    case 'abandoned':
      return '**abandoned**: held, until recovered, settled or released'
    case 'replay':
      return `**replay** of the ${decision.receipt.state === 'succeeded' ? 'outcome' : 'failure'}`
    case 'expired':
      return '**expired**: it ran, and is not run again'
    default:
      return `**${decision.kind.replaceAll('_', ' ')}**`
  }
}
