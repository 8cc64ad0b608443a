import type { ClaimRequest, Fence, Policies, Receipt } from '../../core/index.ts'
import { fenceOf } from '../../core/index.ts'
import type { Lockstep } from '../lockstep.ts'
import {
  ages,
  BACK_OFF_MS,
  byHand,
  bytesOf,
  failed,
  firstFence,
  holdPolicies,
  released,
  requestWith,
  rerunPolicies,
  retryOf,
  succeeded,
} from '../requests.ts'
import { expectThat } from '../violation.ts'

/** A way for a receipt to have come to stand, through the store's own verbs and the passing of time. */
export interface Situation {
  /** Ends the sentence "a receipt that is …". */
  readonly name: string
  build(store: Lockstep, first: ClaimRequest): Promise<void>
}

/** What a situation has left: who claimed first, and what is stored now. */
export interface Built {
  readonly first: ClaimRequest
  readonly stored: Receipt | undefined
}

export async function built(
  store: Lockstep,
  situation: Situation,
  given: Partial<ClaimRequest>,
): Promise<Built> {
  const first = requestWith(given)
  await situation.build(store, first)
  return { first, stored: store.known(first.id) }
}

/** Under each guarantee: what differs between them is what time makes of an abandoned receipt. */
export const storedPolicies: readonly Policies[] = [holdPolicies, rerunPolicies]

export const situations: readonly Situation[] = [
  { name: 'absent', build: async () => {} },
  { name: 'running', build: running },
  { name: 'running, and renewed late', build: renewedLate },
  { name: 'lapsed', build: lapsed },
  { name: 'lapsed, past key retention', build: after(running, ages.pastRetention) },
  { name: 'lapsed, past 30 days', build: after(running, ages.pastPatience) },
  { name: 'lapsed, past 30 days, swept', build: swept(after(running, ages.pastPatience)) },
  { name: 'given up, backing off', build: yielded },
  { name: 'given up, ready for recovery', build: after(yielded, ages.pastBackOff) },
  { name: 'given up, past 30 days', build: after(yielded, ages.pastPatience) },
  { name: 'released', build: settledAs(released()) },
  { name: 'released without an answer', build: settledAs(released('stands', null)) },
  { name: 'released, past ttl', build: after(settledAs(released()), ages.pastTtl) },
  { name: 'released, past ttl, swept', build: swept(after(settledAs(released()), ages.pastTtl)) },
  { name: 'released, past key retention', build: after(settledAs(released()), ages.pastRetention) },
  { name: 'succeeded', build: settledAs(succeeded()) },
  { name: 'succeeded, with an outcome of no bytes', build: settledAs(succeeded('')) },
  { name: 'succeeded late, after its lease', build: succeededLate },
  { name: 'succeeded, past ttl', build: after(settledAs(succeeded()), ages.pastTtl) },
  { name: 'succeeded, past ttl, swept', build: swept(after(settledAs(succeeded()), ages.pastTtl)) },
  { name: 'succeeded, past key retention', build: after(settledAs(succeeded()), ages.pastRetention) },
  { name: 'failed', build: settledAs(failed()) },
  { name: 'failed, past ttl', build: after(settledAs(failed()), ages.pastTtl) },
  { name: 'failed, past ttl, swept', build: swept(after(settledAs(failed()), ages.pastTtl)) },
  { name: 'failed, past key retention', build: after(settledAs(failed()), ages.pastRetention) },
  { name: 'running again after a release', build: secondAfterRelease },
  { name: 'running again after an abandoned attempt', build: secondAfterAbandoned },
  { name: 'running again, lapsed again', build: after(secondAfterAbandoned, ages.pastLease) },
  { name: 'given up by a refusal while doubt stands', build: settledSecond(released('stands')) },
  {
    name: 'given up by a refusal without an answer while doubt stands',
    build: settledSecond(released('stands', null)),
  },
  { name: 'released with its doubt cleared', build: settledSecond(released('cleared')) },
  { name: 'succeeded in its second attempt', build: settledSecond(succeeded()) },
  { name: 'failed in its second attempt', build: settledSecond(failed()) },
  { name: 'settled by hand as succeeded', build: changedByHand('succeeded') },
  { name: 'settled by hand as failed', build: changedByHand('failed') },
  { name: 'released by hand', build: changedByHand('released') },
  { name: 'settled by hand after 30 days, where held', build: entombedThenSettled },
  { name: 'running, with steps and refusals behind it', build: withSteps },
]

type Build = Situation['build']

async function running(store: Lockstep, first: ClaimRequest): Promise<void> {
  await store.claim(first)
}

async function renewedLate(store: Lockstep, first: ClaimRequest): Promise<void> {
  await lapsed(store, first)
  await store.renew(firstFence(first), first.leaseMs)
}

async function lapsed(store: Lockstep, first: ClaimRequest): Promise<void> {
  await running(store, first)
  await store.age(first.id, ages.pastLease)
}

async function yielded(store: Lockstep, first: ClaimRequest): Promise<void> {
  await running(store, first)
  await store.yield(firstFence(first), BACK_OFF_MS)
}

function settledAs(settlement: Parameters<Lockstep['settle']>[1]): Build {
  return async (store, first) => {
    await running(store, first)
    await store.settle(firstFence(first), settlement)
  }
}

async function succeededLate(store: Lockstep, first: ClaimRequest): Promise<void> {
  await lapsed(store, first)
  await store.settle(firstFence(first), succeeded())
}

async function secondAfterRelease(store: Lockstep, first: ClaimRequest): Promise<void> {
  await settledAs(released())(store, first)
  await claimedAgain(store, first)
}

async function secondAfterAbandoned(store: Lockstep, first: ClaimRequest): Promise<void> {
  await lapsed(store, first)
  await claimedAgain(store, first)
}

function settledSecond(settlement: Parameters<Lockstep['settle']>[1]): Build {
  return async (store, first) => {
    await secondAfterAbandoned(store, first)
    await store.settle(heldFence(store, first), settlement)
  }
}

function changedByHand(to: 'succeeded' | 'failed' | 'released'): Build {
  return async (store, first) => {
    await lapsed(store, first)
    await settleByHand(store, first, to)
  }
}

async function entombedThenSettled(store: Lockstep, first: ClaimRequest): Promise<void> {
  await swept(after(running, ages.pastPatience))(store, first)
  if (store.known(first.id)) await settleByHand(store, first, 'succeeded')
}

async function withSteps(store: Lockstep, first: ClaimRequest): Promise<void> {
  await running(store, first)
  await store.saveStep(firstFence(first), 'charge', bytesOf('charged'))
  await store.refused(firstFence(first), 'charge', 0)
}

function after(build: Build, ms: number): Build {
  return async (store, first) => {
    await build(store, first)
    await store.age(first.id, ms)
  }
}

function swept(build: Build): Build {
  return async (store, first) => {
    await build(store, first)
    await store.sweep(1000)
  }
}

/** By whoever may: a recovery for what is held, the next caller else. */
async function claimedAgain(store: Lockstep, first: ClaimRequest): Promise<void> {
  const held = first.policies.onAbandoned === 'hold'
  const answer = await store.claim(retryOf(first, { intent: held ? 'run_or_recover' : 'run' }))
  expectThat(answer.kind === 'claimed', 'a second attempt is granted', answer)
}

async function settleByHand(
  store: Lockstep,
  first: ClaimRequest,
  to: 'succeeded' | 'failed' | 'released',
): Promise<void> {
  const { id, incarnation, attempt, state } = storedUnder(store, first)
  const change =
    to === 'released'
      ? byHand({ do: 'release' })
      : byHand({ do: 'resolve', as: to, outcome: bytesOf('found out') })
  const answer = await store.changeByHand({ id, incarnation, attempt, state }, change)
  expectThat(answer.kind === 'changed', 'an operator may change what is held', answer)
}

function heldFence(store: Lockstep, first: ClaimRequest): Fence {
  return fenceOf(storedUnder(store, first))
}

function storedUnder(store: Lockstep, { id }: ClaimRequest): Receipt {
  const stored = store.known(id)
  expectThat(stored !== undefined, 'a receipt is stored')
  return stored
}
