import type { Fence, Receipt } from '../../src/core/index.ts'
import {
  decideByHand,
  decideClaim,
  decideRefused,
  decideRenew,
  decideSettle,
  decideStep,
  decideSweep,
  decideYield,
  fenceOf,
} from '../../src/core/index.ts'
import type { ContractTopic } from '../../src/testing/index.ts'
import type { Faults } from './tiny-store.ts'

/** A store that is wrong in one way, and the topics of the contract suite that must find it. */
export interface BrokenStore {
  readonly faults: Partial<Faults>
  /** Each of these topics has a case that fails. */
  readonly foundBy: readonly ContractTopic[]
  /** It passes whatever one caller at a time can ask, every table among it: this is why there are storms. */
  readonly rightForOneCaller?: true
}

export const brokenStores: Readonly<Record<string, BrokenStore>> = {
  'no fence': {
    faults: {
      decideSettle: (receipt, fence, ...rest) => decideSettle(receipt, anyFence(receipt, fence), ...rest),
      decideYield: (receipt, fence, ...rest) => decideYield(receipt, anyFence(receipt, fence), ...rest),
      decideRenew: (receipt, fence, ...rest) => decideRenew(receipt, anyFence(receipt, fence), ...rest),
      decideRefused: (receipt, fence, ...rest) => decideRefused(receipt, anyFence(receipt, fence), ...rest),
      decideStep: (receipt, fence) => decideStep(receipt, anyFence(receipt, fence)),
    },
    foundBy: ['settle table', 'zombies', 'random histories', 'storms'],
  },
  'a fence without its token': {
    faults: {
      decideSettle: (receipt, fence, ...rest) =>
        decideSettle(receipt, { ...fence, token: receipt?.token ?? '' }, ...rest),
    },
    foundBy: ['settle table', 'zombies'],
  },
  'a settle that trusts the receipt of its claim': {
    faults: { claimed: 'trusted' },
    foundBy: ['settle table', 'zombies', 'random histories', 'storms'],
  },
  'check then set': {
    faults: { atomicity: 'check then set' },
    foundBy: ['storms', 'process storms'],
  },
  'no fingerprint': {
    faults: {
      decideClaim: (receipt, request, now) =>
        decideClaim(receipt, { ...request, fingerprint: receipt?.fingerprint ?? request.fingerprint }, now),
    },
    foundBy: ['claim table', 'random histories'],
  },
  'a sweep that ignores leases': {
    faults: {
      decideSweep: (receipt, now) =>
        receipt.state === 'in_progress' ? { kind: 'remove' } : decideSweep(receipt, now),
    },
    foundBy: ['sweep table', 'random histories', 'sweep races'],
  },
  'a sweep that removes by a list made before': {
    faults: { atomicity: 'sweep by a list' },
    foundBy: ['sweep races'],
  },
  'a claim token ignored': {
    faults: {
      decideClaim: (receipt, request, now) =>
        withToken(decideClaim(receipt, { ...request, token: 'nobody' }, now), request.token),
    },
    foundBy: ['claim table', 'lost answers', 'random histories'],
  },
  'the last settle wins': {
    faults: {
      decideSettle: (receipt, fence, settlement, now) => {
        const decision = decideSettle(receipt, fence, settlement, now)
        if (decision.kind !== 'already') return decision
        return decideSettle(runningAgain(decision.receipt), fence, settlement, now)
      },
    },
    foundBy: ['settle table', 'lost answers', 'random histories'],
  },
  "a refused duplicate that deletes the running owner's lock": {
    faults: { afterRefusal: 'remove' },
    foundBy: ['claim table', 'random histories', 'storms'],
  },
  'a decision read back in a second statement': {
    faults: { atomicity: 'answer read back' },
    foundBy: ['storms', 'process storms'],
    rightForOneCaller: true,
  },
  'doubt that a refusal clears': {
    faults: {
      decideSettle: (receipt, fence, settlement, now) =>
        decideSettle(
          receipt,
          fence,
          settlement.as === 'released' ? { ...settlement, doubt: 'cleared' } : settlement,
          now,
        ),
    },
    foundBy: ['settle table', 'doubt', 'random histories'],
  },
  'a change by hand that leaves the token': {
    faults: {
      decideByHand: (receipt, target, change, now) =>
        decideByHand(receipt, target, { ...change, token: receipt?.token ?? change.token }, now),
    },
    foundBy: ['by-hand table', 'zombies'],
  },
  'credentials ignored': {
    faults: {
      decideClaim: (receipt, request, now) =>
        decideClaim(
          receipt,
          { ...request, credentials: receipt ? receipt.credentials : request.credentials },
          now,
        ),
    },
    foundBy: ['claim table', 'random histories'],
  },
  'a settle refused once the lease has lapsed': {
    faults: {
      decideSettle: (receipt, fence, settlement, now) =>
        receipt?.state === 'in_progress' && receipt.givenUp === null && receipt.leaseEndsAt <= now
          ? { kind: 'lost' }
          : decideSettle(receipt, fence, settlement, now),
    },
    foundBy: ['settle table', 'zombies', 'random histories'],
  },
  'a tombstone that a held receipt never becomes': {
    faults: {
      decideSweep: (receipt, now) => {
        const decision = decideSweep(receipt, now)
        return decision.kind === 'entomb' ? { kind: 'remove' } : decision
      },
    },
    foundBy: ['sweep table', 'doubt'],
  },
  'steps that hang on the key': {
    faults: { placeOfSteps: (id) => id },
    foundBy: ['steps'],
  },
  'outcomes kept as text': {
    faults: { kept: (outcome) => new TextEncoder().encode(new TextDecoder().decode(outcome)) },
    foundBy: ['outcomes'],
  },
}

function anyFence(receipt: Receipt | undefined, fence: Fence): Fence {
  return receipt ? fenceOf(receipt) : fence
}

function withToken(decision: ReturnType<typeof decideClaim>, token: string): ReturnType<typeof decideClaim> {
  return decision.kind === 'claimed' ? { kind: 'claimed', receipt: { ...decision.receipt, token } } : decision
}

function runningAgain(receipt: Receipt): Receipt {
  const { state: _state, ...facts } = receipt
  return { ...facts, state: 'in_progress', leaseEndsAt: receipt.claimedAt, givenUp: null } as Receipt
}
