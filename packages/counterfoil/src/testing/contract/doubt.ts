import { type Fence, fenceOf, MAX_HISTORY } from '../../core/index.ts'
import type { ContractCase } from '../contract-case.ts'
import type { Lockstep } from '../lockstep.ts'
import {
  ages,
  BACK_OFF_MS,
  byHand,
  bytesOf,
  firstFence,
  released,
  requestWith,
  rerunPolicies,
  retryOf,
  succeeded,
} from '../requests.ts'
import { expectSame, expectThat } from '../violation.ts'
import { lockstepCase } from './case-of.ts'

/** Once an attempt's effect was unknown, that is not forgotten until somebody finds out. */
export const doubt: readonly ContractCase[] = [
  lockstepCase('doubt', 'a release while doubt stands leaves the receipt abandoned', async (store) => {
    const { id, second } = await inDoubt(store)
    const since = store.known(id)?.doubtSince
    await store.settle(second, released('stands'))
    const stored = store.known(id)
    expectThat(
      stored?.state === 'in_progress' && stored.givenUp?.as === 'in_doubt',
      'given up, in doubt',
      stored,
    )
    expectSame('doubt since', since, stored.doubtSince)
  }),
  lockstepCase('doubt', 'a recovery that found no effect releases the receipt', async (store) => {
    const { id, second } = await inDoubt(store)
    await store.settle(second, released('cleared'))
    const stored = store.known(id)
    expectThat(
      stored?.state === 'failed' && stored.retryable && stored.doubtSince === null,
      'released',
      stored,
    )
  }),
  lockstepCase('doubt', 'a success clears it', async (store) => {
    const { id, second } = await inDoubt(store)
    await store.settle(second, succeeded())
    expectSame('doubt since', null, store.known(id)?.doubtSince)
  }),
  lockstepCase(
    'doubt',
    'a recovery that still does not know backs off, and is tried again',
    async (store) => {
      const { id, request, second } = await inDoubt(store)
      await store.yield(second, BACK_OFF_MS)
      const early = await store.claim(retryOf(request, { intent: 'recover' }))
      expectThat(early.kind === 'abandoned' && early.recoverableInMs !== null, 'backing off', early)
      await store.age(id, ages.pastBackOff)
      const later = await store.claim(retryOf(request, { intent: 'recover' }))
      expectThat(later.kind === 'claimed' && later.receipt.purpose === 'recovery', 'a recovery', later)
      expectSame('the attempt', 3, later.receipt.attempt)
    },
  ),
  lockstepCase('doubt', 'patience is counted from the first lapse, not from the latest', async (store) => {
    const { id, request, second } = await inDoubt(store)
    for (let day = 0; day < 40; day += 4) {
      await store.age(id, 4 * 86_400_000)
      if ((await store.yield(second, 0)).kind === 'lost') break
    }
    const asked = await store.claim(retryOf(request))
    expectSame('the answer', { kind: 'expired' }, asked)
  }),
  lockstepCase(
    'doubt',
    'an unknown effect is never forgotten: swept, it still answers and can be resolved',
    async (store) => {
      const request = requestWith()
      await store.claim(request)
      await store.saveStep(firstFence(request), 'charge', bytesOf('sent'))
      await store.age(request.id, ages.pastPatience)
      const swept = await store.sweep(10)
      expectSame(
        'entombed',
        [request.id],
        swept.entombed.map(({ id }) => id),
      )
      await store.age(request.id, 10 * ages.pastPatience)
      await store.sweep(10)
      expectSame('the answer', { kind: 'expired' }, await store.claim(retryOf(request)))
      const target = {
        id: request.id,
        incarnation: request.incarnation,
        attempt: 1,
        state: 'in_progress',
      } as const
      const answer = await store.changeByHand(
        target,
        byHand({ do: 'resolve', as: 'succeeded', outcome: bytesOf('found') }),
      )
      expectThat(answer.kind === 'changed', 'resolved by hand', answer)
    },
  ),
  lockstepCase('doubt', 'an operator who releases clears it, and leaves a note', async (store) => {
    const { id, request, second } = await inDoubt(store)
    await store.yield(second, BACK_OFF_MS)
    const target = { id, incarnation: request.incarnation, attempt: 2, state: 'in_progress' } as const
    await store.changeByHand(target, byHand({ do: 'release' }))
    const next = await store.claim(retryOf(request))
    expectThat(next.kind === 'claimed' && next.receipt.doubtSince === null, 'no doubt stands', next)
    const entry = next.receipt.history.find(({ kind }) => kind === 'by_hand')
    expectThat(
      entry?.kind === 'by_hand' && entry.by === 'an operator' && entry.did === 'released',
      'the note',
      entry,
    )
  }),
  lockstepCase('doubt', 'the history is bounded, and keeps the latest', async (store) => {
    const request = requestWith({ policies: rerunPolicies })
    await store.claim(request)
    let fence = firstFence(request)
    for (let run = 0; run < MAX_HISTORY + 3; run += 1) {
      await store.settle(fence, released())
      const next = await store.claim(retryOf(request))
      expectThat(next.kind === 'claimed', 'claimed again', next)
      fence = fenceOf(next.receipt)
    }
    const history = store.known(request.id)?.history ?? []
    expectSame('entries', MAX_HISTORY, history.length)
    expectSame('the last one', MAX_HISTORY + 3, history.at(-1)?.attempt)
  }),
  lockstepCase('doubt', 'the stricter of two guarantees decides, and stays', async (store) => {
    const request = requestWith({ policies: rerunPolicies })
    await store.claim(request)
    await store.age(request.id, ages.pastLease)
    const strict = retryOf(request, { policies: requestWith().policies })
    expectThat((await store.claim(strict)).kind === 'abandoned', 'held for the stricter caller')
    await store.claim({ ...strict, intent: 'run_or_recover' })
    await store.age(request.id, ages.pastLease)
    const lax = await store.claim(retryOf(request))
    expectThat(lax.kind === 'abandoned', 'held for everybody from then on', lax)
  }),
]

/** A second attempt, a recovery, after a first that was abandoned. */
async function inDoubt(
  store: Lockstep,
): Promise<{ id: string; request: ReturnType<typeof requestWith>; second: Fence }> {
  const request = requestWith()
  await store.claim(request)
  await store.age(request.id, ages.pastLease)
  const recovery = await store.claim(retryOf(request, { intent: 'run_or_recover' }))
  expectThat(recovery.kind === 'claimed' && recovery.receipt.purpose === 'recovery', 'a recovery', recovery)
  return { id: request.id, request, second: fenceOf(recovery.receipt) }
}
