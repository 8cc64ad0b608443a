import {
  type ClaimDecision,
  type ClaimRequest,
  decodeOutcome,
  type Fence,
  type FencedAnswer,
  type Found,
  type HandAnswer,
  type Receipt,
  type ReceiptId,
  type Settlement,
} from '../../../src/index.ts'
import type { Machine } from './machine.ts'
import type { Fate } from './store-link.ts'
import { Violation } from './violation.ts'

/** One run of a handler: the side effect that a receipt is there to make happen once. */
export interface Effect {
  readonly id: ReceiptId
  readonly caller: number
  readonly machine: Machine
  readonly fence: Fence
  readonly beganAt: number
  /** Whether anything was executed, by what the handler itself says. */
  readonly executed: boolean
  readonly value: string
  endedAt: number | null
  signalFiredAt: number | null
}

/** A claim as the store granted it, by the store's clock. */
export interface GrantedClaim {
  readonly id: ReceiptId
  readonly machine: Machine
  readonly attempt: number
  leaseEndsAt: number
  /** Settled, given back, or taken over. */
  ended: boolean
  /** A handler or a recovery began under it. */
  used: boolean
}

/** What a key came to, as the store wrote it. */
export interface Settling {
  readonly as: 'succeeded' | 'failed' | 'released'
  /** Decoded, as text; `null` where there are no bytes. */
  readonly says: string | null
  readonly attempt: number
  readonly at: number
}

/** What really happened, seen from outside of every process: at the store and at the effects. */
export class Books {
  readonly effects: Effect[] = []
  /** Those of the handlers that have not ended. */
  readonly running: Set<Effect> = new Set()
  readonly claims: Map<string, GrantedClaim> = new Map()
  readonly settlings: Map<ReceiptId, Settling[]> = new Map()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  claimed(machine: Machine, request: ClaimRequest, decision: ClaimDecision, fault: Fate['fault']): void {
    if (decision.kind !== 'claimed') return
    const now = this.#now()
    const { leaseEndsAt, attempt } = decision.receipt
    const name = nameOf({ token: request.token, attempt })
    for (const [others, other] of this.claims) {
      if (others === name || other.id !== request.id || other.ended) continue
      if (now < other.leaseEndsAt) throw new Violation('two live claims of one key')
      other.ended = true
    }
    const mine = this.claims.get(name)
    if (mine) mine.leaseEndsAt = leaseEndsAt
    else {
      this.claims.set(name, {
        id: request.id,
        machine,
        attempt,
        leaseEndsAt,
        ended: false,
        // One that its caller had given up for lost may come when nobody is left to give it back: its lease ends it.
        used: fault === 'request_late',
      })
    }
  }

  renewed(fence: Fence, leaseMs: number, answer: 'renewed' | 'lost'): void {
    const claim = this.claimOf(fence)
    if (answer === 'renewed' && claim) claim.leaseEndsAt = this.#now() + leaseMs
  }

  ended(fence: Fence, settlement: Settlement | undefined, answer: FencedAnswer): void {
    const claim = this.claimOf(fence)
    if (answer.kind === 'lost' || claim === undefined || claim.ended) return
    claim.ended = true
    if (settlement === undefined) return
    const outcome = settlement.outcome
    this.#settled(answer.receipt, settlement.as, outcome)
  }

  changedByHand(id: ReceiptId, answer: HandAnswer): void {
    if (answer.kind === 'refused') return
    for (const claim of this.claims.values()) if (claim.id === id) claim.ended = true
    const { receipt } = answer
    if (receipt.state === 'in_progress' || receipt.outcome === null) return
    this.#settled(receipt, receipt.state, receipt.outcome)
  }

  claimOf(fence: Pick<Fence, 'token' | 'attempt'>): GrantedClaim | undefined {
    return this.claims.get(nameOf(fence))
  }

  effectsOf(id: ReceiptId): readonly Effect[] {
    return this.effects.filter((effect) => effect.id === id && effect.executed)
  }

  /** What has become of a key, as whoever asks downstream learns it. */
  truthOf(id: ReceiptId): Found<string> {
    const effects = this.effectsOf(id)
    const done = effects.find(({ endedAt, machine }) => endedAt !== null || machine.state === 'crashed')
    if (done) return { found: 'happened', value: done.value }
    return { found: effects.length === 0 ? 'did_not_happen' : 'unknown' }
  }

  settlingsOf(id: ReceiptId): readonly Settling[] {
    return this.settlings.get(id) ?? []
  }

  /** The settled outcome of a key, once it has one. */
  outcomeOf(id: ReceiptId): Settling | undefined {
    return this.settlingsOf(id).find(({ as }) => as !== 'released')
  }

  #settled(receipt: Receipt, as: Settling['as'], outcome: Uint8Array | null): void {
    const { id, attempt } = receipt
    const before = this.outcomeOf(id)
    if (as !== 'released' && before) throw new Violation('two settled outcomes of one key')
    const settling: Settling = {
      as,
      says: outcome && textOf(outcome),
      attempt,
      at: this.#now(),
    }
    this.settlings.set(id, [...this.settlingsOf(id), settling])
  }
}

/** One token may win two attempts: sent again after another attempt came and went. */
function nameOf({ token, attempt }: Pick<Fence, 'token' | 'attempt'>): string {
  return `${token} ${attempt}`
}

/** A value or a failure, as the handlers of a simulation make them. */
function textOf(bytes: Uint8Array): string {
  const outcome = decodeOutcome(bytes)
  if (outcome.kind === 'value') return JSON.parse(new TextDecoder().decode(outcome.value.bytes)) as string
  return outcome.kind === 'failure' ? outcome.failure.message : outcome.kind
}
