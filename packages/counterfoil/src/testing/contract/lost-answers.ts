import { fenceOf } from '../../core/index.ts'
import type { ContractCase } from '../contract-case.ts'
import {
  ages,
  BACK_OFF_MS,
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

/** The network took the answer away, and whoever asked asks again. */
export const lostAnswers: readonly ContractCase[] = [
  lockstepCase('lost answers', 'a claim sent again under its token is the same claim', async (store) => {
    const request = requestWith()
    const first = await store.claim(request)
    // The engine draws an incarnation once, but nothing may hang on that.
    const again = await store.claim({ ...request, incarnation: 'another-incarnation' })
    expectThat(first.kind === 'claimed' && again.kind === 'claimed', 'both answers grant it', again)
    expectSame('the fence', fenceOf(first.receipt), fenceOf(again.receipt))
  }),
  lockstepCase(
    'lost answers',
    'a claim sent again starts its lease anew, even after it lapsed',
    async (store) => {
      const request = requestWith()
      await store.claim(request)
      await store.age(request.id, ages.pastLease)
      await store.claim(request)
      const rival = await store.claim(retryOf(request))
      expectThat(
        rival.kind === 'in_progress' && rival.leaseLeftMs > LEASE_MS / 2,
        'the lease is alive again',
        rival,
      )
    },
  ),
  lockstepCase(
    'lost answers',
    'a claim sent again is told again how its predecessor ended',
    async (store) => {
      const first = requestWith({ policies: rerunPolicies })
      await store.claim(first)
      await store.settle(firstFence(first), released())
      const second = retryOf(first)
      await store.claim(second)
      const secondAgain = await store.claim(second)
      expectThat(
        secondAgain.kind === 'claimed' && secondAgain.receipt.predecessor === 'released',
        'released',
        secondAgain,
      )
      await store.age(first.id, ages.pastLease)
      const third = retryOf(first)
      await store.claim(third)
      const thirdAgain = await store.claim(third)
      expectThat(
        thirdAgain.kind === 'claimed' && thirdAgain.receipt.predecessor === 'abandoned',
        'abandoned',
        thirdAgain,
      )
    },
  ),
  lockstepCase(
    'lost answers',
    'a late copy of a claim that was released or given up has ended',
    async (store) => {
      const refused = requestWith()
      await store.claim(refused)
      await store.settle(firstFence(refused), released())
      expectSame('after a release', { kind: 'ended' }, await store.claim(refused))
      const unknown = requestWith({ policies: rerunPolicies })
      await store.claim(unknown)
      await store.yield(firstFence(unknown), BACK_OFF_MS)
      expectSame('after it was given up', { kind: 'ended' }, await store.claim(unknown))
    },
  ),
  lockstepCase(
    'lost answers',
    'a settle sent again is one settle, and answers what is stored',
    async (store) => {
      for (const settlement of [succeeded(), failed(), released()]) {
        const request = requestWith()
        await store.claim(request)
        const first = await store.settle(firstFence(request), settlement)
        await store.age(request.id, ages.withinLease)
        const again = await store.settle(firstFence(request), settlement)
        expectThat(first.kind === 'settled' && again.kind === 'settled', 'both answers say settled', again)
        const other = await store.settle(firstFence(request), succeeded('something else'))
        expectThat(
          other.kind === 'settled' && other.receipt.state === first.receipt.state,
          'the first one stays',
          other,
        )
      }
    },
  ),
  lockstepCase(
    'lost answers',
    'a yield sent again counts once, and does not back off for longer',
    async (store) => {
      const request = requestWith()
      await store.claim(request)
      await store.yield(firstFence(request), BACK_OFF_MS)
      await store.age(request.id, ages.withinLease)
      await store.yield(firstFence(request), 10 * BACK_OFF_MS)
      await store.age(request.id, ages.pastBackOff)
      const recovery = await store.claim(retryOf(request, { intent: 'recover' }))
      expectThat(recovery.kind === 'claimed', 'the recovery waited as long as was first said', recovery)
    },
  ),
  lockstepCase('lost answers', 'a refusal said twice counts once', async (store) => {
    const request = requestWith()
    await store.claim(request)
    for (const generation of [0, 0, 1, 0, 1]) await store.refused(firstFence(request), 'charge', generation)
    expectSame('the generation', { charge: 2 }, store.known(request.id)?.generations)
  }),
]
