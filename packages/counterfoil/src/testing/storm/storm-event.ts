import type { ClaimDecision, Fence, FencedAnswer, Receipt, ReceiptId } from '../../core/index.ts'

/**
 * One call of a storm as its caller saw it, in plain JSON, so that it can travel between processes. Times are
 * milliseconds on the machine's monotonic clock, which all processes share.
 */
export type StormEvent = ClaimEvent | WriteEvent

interface Call {
  /** Who called; for messages. */
  readonly caller: string
  readonly id: ReceiptId
  readonly startedAt: number
  readonly endedAt: number
}

export interface ClaimEvent extends Call {
  readonly call: 'claim'
  readonly token: string
  readonly terms: StormTerms
  readonly answer: ClaimAnswer
}

/** What all claims of one key agree on. */
export interface StormTerms {
  readonly onAbandoned: 'hold' | 'rerun'
  readonly leaseMs: number
  readonly ttlMs: number
  readonly keyRetentionMs: number
}

export type ClaimAnswer =
  | {
      readonly kind: 'claimed'
      readonly fence: Fence
      readonly predecessor: Receipt['predecessor']
      /** By the store's clock. */
      readonly claimedAt: number
    }
  | {
      readonly kind: 'replay'
      readonly incarnation: string
      readonly attempt: number
      readonly outcome: string | null
    }
  | {
      readonly kind: 'in_progress' | 'abandoned'
      readonly incarnation: string
      readonly attempt: number
    }
  | {
      readonly kind: 'expired' | 'conflict' | 'forbidden' | 'other_algorithm' | 'ended' | 'nothing_to_recover'
    }
  | Unknown

export interface WriteEvent extends Call {
  readonly call: 'settle' | 'yield' | 'renew'
  readonly fence: Fence
  /** What a settle wants; `null` for other calls. */
  readonly as: 'succeeded' | 'failed' | 'released' | null
  readonly answer: WriteAnswer
}

export type WriteAnswer =
  | {
      readonly kind: 'written'
      /** What is stored after a settle or a yield; a renewal doesn't say. */
      readonly stored: StoredAfter | null
    }
  | { readonly kind: 'lost' }
  | Unknown

export interface StoredAfter {
  readonly incarnation: string
  readonly attempt: number
  readonly token: string
  readonly as: 'running' | 'given up' | 'succeeded' | 'failed' | 'released'
  readonly outcome: string | null
}

/** No answer came: the call may or may not have been made. */
export interface Unknown {
  readonly kind: 'unknown'
  readonly why: string
}

export function claimAnswerOf(decision: ClaimDecision): ClaimAnswer {
  switch (decision.kind) {
    case 'claimed': {
      const { id, incarnation, attempt, token, predecessor, claimedAt } = decision.receipt
      return { kind: 'claimed', fence: { id, incarnation, attempt, token }, predecessor, claimedAt }
    }
    case 'replay': {
      const { incarnation, attempt, outcome } = decision.receipt
      return { kind: 'replay', incarnation, attempt, outcome: textOf(outcome) }
    }
    case 'in_progress':
    case 'abandoned':
      return { kind: decision.kind, incarnation: decision.incarnation, attempt: decision.attempt }
    default:
      return { kind: decision.kind }
  }
}

export function writeAnswerOf(answer: FencedAnswer | 'renewed' | 'lost'): WriteAnswer {
  if (answer === 'renewed') return { kind: 'written', stored: null }
  if (answer === 'lost' || answer.kind === 'lost') return { kind: 'lost' }
  const { incarnation, attempt, token } = answer.receipt
  return { kind: 'written', stored: { incarnation, attempt, token, ...endOf(answer.receipt) } }
}

function endOf(receipt: Receipt): Pick<StoredAfter, 'as' | 'outcome'> {
  if (receipt.state === 'in_progress') {
    return { as: receipt.givenUp === null ? 'running' : 'given up', outcome: null }
  }
  const as = receipt.state === 'failed' && receipt.retryable ? 'released' : receipt.state
  return { as, outcome: textOf(receipt.outcome) }
}

function textOf(outcome: Uint8Array | null): string | null {
  return outcome === null ? null : Buffer.from(outcome).toString('latin1')
}
