import { randomUUID } from 'node:crypto'
import { type ClaimRequest, type Fence, fenceOf } from '../../core/index.ts'
import type { ContractCase } from '../contract-case.ts'
import type { Lockstep } from '../lockstep.ts'
import {
  ages,
  BACK_OFF_MS,
  byHand,
  bytesOf,
  failed,
  firstFence,
  LEASE_MS,
  released,
  requestWith,
  rerunPolicies,
  retryOf,
  succeeded,
} from '../requests.ts'
import { expectSame, expectThat } from '../violation.ts'
import { lockstepCase } from './case-of.ts'

/** A holder that was stopped past its lease, and goes on as if nothing had happened. */
export const zombies: readonly ContractCase[] = [
  lockstepCase('zombies', 'a holder that was overtaken changes nothing, by any verb', async (store) => {
    const { zombie } = await overtaken(store)
    await expectPowerless(store, zombie)
  }),
  lockstepCase(
    'zombies',
    'a holder that was overtaken changes nothing once its successor has settled',
    async (store) => {
      for (const settlement of [succeeded(), failed(), released()]) {
        const { zombie, winner } = await overtaken(store)
        await store.settle(winner, settlement)
        await expectPowerless(store, zombie)
      }
    },
  ),
  lockstepCase(
    'zombies',
    'a holder whose receipt was settled or released by hand changes nothing',
    async (store) => {
      for (const change of [
        byHand({ do: 'release' }),
        byHand({ do: 'resolve', as: 'succeeded', outcome: bytesOf('it happened') }),
        byHand({ do: 'resolve', as: 'failed', outcome: bytesOf('it did not') }),
      ]) {
        const request = requestWith()
        await store.claim(request)
        await store.age(request.id, ages.pastLease)
        const target = {
          id: request.id,
          incarnation: request.incarnation,
          attempt: 1,
          state: 'in_progress',
        } as const
        expectThat((await store.changeByHand(target, change)).kind === 'changed', 'changed by hand')
        await expectPowerless(store, firstFence(request))
      }
    },
  ),
  lockstepCase('zombies', 'a holder of an earlier incarnation changes nothing in the next', async (store) => {
    const first = requestWith({ policies: rerunPolicies })
    await store.claim(first)
    await store.age(first.id, ages.pastRetention)
    const second = retryOf(first, { policies: rerunPolicies })
    const claim = await store.claim(second)
    expectThat(claim.kind === 'claimed' && claim.receipt.attempt === 1, 'a new incarnation', claim)
    await expectPowerless(store, firstFence(first))
  }),
  lockstepCase('zombies', 'a holder whose receipt was removed does not bring it back', async (store) => {
    const first = requestWith({ policies: rerunPolicies })
    await store.claim(first)
    await store.age(first.id, ages.pastRetention)
    await store.sweep(10)
    await expectPowerless(store, firstFence(first))
    expectSame('what is stored', undefined, store.known(first.id))
  }),
  lockstepCase(
    'zombies',
    'a settle that is late, but before anybody took over, is accepted',
    async (store) => {
      for (const settlement of [succeeded(), failed(), released()]) {
        const request = requestWith()
        await store.claim(request)
        await store.age(request.id, ages.pastLease)
        const answer = await store.settle(firstFence(request), settlement)
        expectThat(answer.kind === 'settled', 'accepted', answer)
      }
    },
  ),
  lockstepCase('zombies', 'a guessed token, attempt or incarnation opens nothing', async (store) => {
    const request = requestWith()
    await store.claim(request)
    const own = firstFence(request)
    await expectPowerless(store, { ...own, token: randomUUID() })
    await expectPowerless(store, { ...own, token: '' })
    await expectPowerless(store, { ...own, attempt: 2 })
    await expectPowerless(store, { ...own, incarnation: randomUUID() })
  }),
]

async function overtaken(store: Lockstep): Promise<{ zombie: Fence; winner: Fence }> {
  const first: ClaimRequest = requestWith({ policies: rerunPolicies })
  await store.claim(first)
  await store.age(first.id, ages.pastLease)
  const taken = await store.claim(retryOf(first, { policies: rerunPolicies }))
  expectThat(taken.kind === 'claimed' && taken.receipt.attempt === 2, 'a lapsed claim is taken over', taken)
  return { zombie: firstFence(first), winner: fenceOf(taken.receipt) }
}

/** That nothing has changed is seen by the lockstep: it compares the whole receipt. */
async function expectPowerless(store: Lockstep, fence: Fence): Promise<void> {
  const lost = { kind: 'lost' }
  for (const atHand of ['fence', 'fence and receipt'] as const) {
    for (const settlement of [
      succeeded('by a zombie'),
      failed('by a zombie'),
      released('cleared', 'by a zombie'),
    ]) {
      expectSame(`settle as ${settlement.as}`, lost, await store.settle(fence, settlement, atHand))
    }
  }
  expectSame('yield', lost, await store.yield(fence, BACK_OFF_MS))
  expectSame('renew', 'lost', await store.renew(fence, LEASE_MS))
  expectSame('refused', 'lost', await store.refused(fence, 'charge', 0))
  expectSame('saveStep', 'lost', await store.saveStep(fence, 'charge', bytesOf('by a zombie')))
}
