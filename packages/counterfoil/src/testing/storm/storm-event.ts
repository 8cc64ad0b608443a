import type {
  ClaimDecision,
  ClaimRequest,
  Fence,
  FencedAnswer,
  Receipt,
  ReceiptId,
  Settlement,
  StoreTime,
} from '../../core/index.ts'

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
  readonly asked: AskedClaim
  readonly answer: ClaimAnswer
}

/** All of a claim's request that its decision looks at. */
export type AskedClaim = Omit<ClaimRequest, 'id' | 'tenant' | 'operation' | 'key' | 'request'>

export type ClaimAnswer =
  | {
      readonly kind: 'claimed'
      readonly fence: Fence
      readonly predecessor: Receipt['predecessor']
      readonly claimedAt: StoreTime
      readonly leaseEndsAt: StoreTime
    }
  | {
      readonly kind: 'replay'
      readonly incarnation: string
      readonly attempt: number
      readonly as: 'succeeded' | 'failed'
      readonly outcome: string | null
      readonly settledAt: StoreTime
    }
  | {
      readonly kind: 'in_progress'
      readonly incarnation: string
      readonly attempt: number
      readonly leaseLeftMs: number
    }
  | {
      readonly kind: 'abandoned'
      readonly incarnation: string
      readonly attempt: number
      readonly recoverableInMs: number | null
    }
  | {
      readonly kind: 'expired' | 'conflict' | 'forbidden' | 'other_algorithm' | 'ended' | 'nothing_to_recover'
    }
  | Unknown

export type WriteEvent = SettleEvent | YieldEvent | RenewEvent

interface Write extends Call {
  readonly fence: Fence
  readonly answer: WriteAnswer
}

export interface SettleEvent extends Write {
  readonly call: 'settle'
  readonly asked: AskedSettle
}

export interface AskedSettle {
  readonly as: Settlement['as']
  readonly outcome: string | null
  /** Of a release; else `null`. */
  readonly doubt: 'stands' | 'cleared' | null
}

export interface YieldEvent extends Write {
  readonly call: 'yield'
  readonly asked: { readonly recoverAfterMs: number }
}

export interface RenewEvent extends Write {
  readonly call: 'renew'
  readonly asked: { readonly leaseMs: number }
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
  /** When it was settled or given up; of what runs, when its lease ends. */
  readonly at: StoreTime
}

/** No answer came: the call may or may not have been made. */
export interface Unknown {
  readonly kind: 'unknown'
  readonly why: string
}

export function claimAnswerOf(decision: ClaimDecision): ClaimAnswer {
  switch (decision.kind) {
    case 'claimed': {
      const { id, incarnation, attempt, token, predecessor, claimedAt, leaseEndsAt } = decision.receipt
      const fence = { id, incarnation, attempt, token }
      return { kind: 'claimed', fence, predecessor, claimedAt, leaseEndsAt }
    }
    case 'replay': {
      const { incarnation, attempt, state, outcome, settledAt } = decision.receipt
      return { kind: 'replay', incarnation, attempt, as: state, outcome: textOf(outcome), settledAt }
    }
    case 'in_progress':
    case 'abandoned':
      return decision
    default:
      return { kind: decision.kind }
  }
}

export function writeAnswerOf(answer: FencedAnswer | 'renewed' | 'lost'): WriteAnswer {
  if (answer === 'renewed') return { kind: 'written', stored: null }
  if (answer === 'lost' || answer.kind === 'lost') return { kind: 'lost' }
  return { kind: 'written', stored: storedAfterOf(answer.receipt) }
}

export function storedAfterOf(receipt: Receipt): StoredAfter {
  const { incarnation, attempt, token } = receipt
  return { incarnation, attempt, token, ...endOf(receipt) }
}

function endOf(receipt: Receipt): Pick<StoredAfter, 'as' | 'outcome' | 'at'> {
  if (receipt.state === 'in_progress') {
    return {
      as: receipt.givenUp === null ? 'running' : 'given up',
      outcome: null,
      at: receipt.leaseEndsAt,
    }
  }
  const as = receipt.state === 'failed' && receipt.retryable ? 'released' : receipt.state
  return { as, outcome: textOf(receipt.outcome), at: receipt.settledAt }
}

export function textOf(outcome: Uint8Array | null): string | null {
  return outcome === null ? null : Buffer.from(outcome).toString('latin1')
}
