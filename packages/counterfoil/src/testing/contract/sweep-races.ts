import { type ClaimRequest, fenceOf, type ReceiptStore } from '../../core/index.ts'
import { type ContractCase, withHandles } from '../contract-case.ts'
import type { ContractCounts } from '../contract-counts.ts'
import {
  ages,
  bytesOf,
  firstFence,
  holdPolicies,
  LEASE_MS,
  requestWith,
  rerunPolicies,
  retryOf,
  succeeded,
} from '../requests.ts'
import { expectSame, expectThat } from '../violation.ts'

const RECEIPTS = 8

type Sides = readonly [store: ReceiptStore, sweeper: ReceiptStore]

/** The sweep carries out what time has decided. It removes nothing that somebody has just brought to life. */
export function sweepRaces({ sweepRaces: races }: ContractCounts): readonly ContractCase[] {
  const race = (name: string, run: (sides: Sides) => Promise<void>): ContractCase => ({
    topic: 'sweep races',
    name: `${name}, ${races} times`,
    needs: null,
    run: (subject) =>
      withHandles(subject, 2, async ([store, sweeper = store]) => {
        for (let round = 0; round < races; round += 1) await run([store, sweeper])
      }),
  })
  return [
    race('a sweep never removes a receipt that is claimed anew meanwhile', async ([store, sweeper]) => {
      const requests = await claimed(store, rerunPolicies, ages.pastRetention)
      const next = requests.map((request) => retryOf(request))
      await whileSweeping(sweeper, next, async (request) => {
        const answer = await store.claim(request)
        expectThat(answer.kind === 'claimed' && answer.receipt.attempt === 1, 'a first claim', answer)
      })
      for (const { id, incarnation } of next) {
        expectSame('the incarnation', incarnation, (await store.read(id)).receipt?.incarnation)
      }
    }),
    race('a settle that races a sweep is stored, or refused and leaves nothing', async ([store, sweeper]) => {
      const requests = await claimed(store, rerunPolicies, ages.pastRetention)
      const accepted = new Set<string>()
      await whileSweeping(sweeper, requests, async (request) => {
        const answer = await store.settle(firstFence(request), succeeded(request.token))
        if (answer.kind === 'settled') accepted.add(request.id)
      })
      for (const request of requests) {
        const { receipt } = await store.read(request.id)
        if (!accepted.has(request.id)) expectSame('a receipt whose settle was refused', undefined, receipt)
        else {
          expectThat(receipt?.state === 'succeeded', 'a receipt whose settle was accepted', receipt)
          expectSame('its outcome', bytesOf(request.token), receipt.outcome)
        }
      }
    }),
    race(
      'a renewal that races a sweep holds, or is refused and revives nothing',
      async ([store, sweeper]) => {
        const requests = await claimed(store, rerunPolicies, ages.pastRetention)
        const renewed = new Set<string>()
        await whileSweeping(sweeper, requests, async (request) => {
          if ((await store.renew(firstFence(request), LEASE_MS)) === 'renewed') renewed.add(request.id)
        })
        for (const request of requests) {
          const { receipt } = await store.read(request.id)
          expectSame('whether it is there', renewed.has(request.id), receipt !== undefined)
        }
      },
    ),
    race('what is replayed during sweeps is replayed whole', async ([store, sweeper]) => {
      const requests = await claimed(store, holdPolicies, 0)
      for (const request of requests) await store.settle(firstFence(request), succeeded(request.token))
      await whileSweeping(sweeper, requests, async (request) => {
        const answer = await store.claim(retryOf(request))
        expectThat(answer.kind === 'replay', 'a replay', answer)
        expectSame('its outcome', bytesOf(request.token), answer.receipt.outcome)
      })
    }),
    race(
      'an outcome past its ttl is expired, before, during and after its sweep',
      async ([store, sweeper]) => {
        const requests = await claimed(store, holdPolicies, 0)
        for (const request of requests) {
          await store.settle(firstFence(request), succeeded())
          await store.age(request.id, ages.pastTtl)
        }
        await whileSweeping(sweeper, requests, async (request) => {
          expectSame('the answer', { kind: 'expired' }, await store.claim(retryOf(request)))
        })
      },
    ),
    race('sweeps touch no living lease, and no abandoned receipt that waits', async ([store, sweeper]) => {
      const living = await claimed(store, holdPolicies, 0)
      const waiting = await claimed(store, holdPolicies, ages.pastLease)
      await whileSweeping(sweeper, living, async (request) => {
        expectSame('renew', 'renewed', await store.renew(firstFence(request), LEASE_MS))
      })
      for (const request of waiting) {
        const answer = await store.claim(retryOf(request, { intent: 'run_or_recover' }))
        expectThat(answer.kind === 'claimed' && fenceOf(answer.receipt).attempt === 2, 'a recovery', answer)
      }
    }),
    race('sweeps that meet do each thing once', async ([store, sweeper]) => {
      const requests = await claimed(store, holdPolicies, ages.pastPatience)
      const answers = await Promise.all([store.sweep(1000), sweeper.sweep(1000), store.sweep(1000)])
      const entombed = answers.flatMap((answer) => answer.entombed.map(({ id }) => id))
      expectSame('entombed', requests.map(({ id }) => id).sort(), entombed.sort())
    }),
  ]
}

async function claimed(
  store: ReceiptStore,
  policies: ClaimRequest['policies'],
  ageMs: number,
): Promise<readonly ClaimRequest[]> {
  const requests = Array.from({ length: RECEIPTS }, () => requestWith({ policies }))
  for (const request of requests) {
    await store.claim(request)
    if (ageMs > 0) await store.age(request.id, ageMs)
  }
  return requests
}

/** Sweeps of one receipt each, started between the calls, so that the two meet everywhere. */
async function whileSweeping(
  sweeper: ReceiptStore,
  requests: readonly ClaimRequest[],
  call: (request: ClaimRequest) => Promise<void>,
): Promise<void> {
  await Promise.all(requests.flatMap((request) => [call(request), sweeper.sweep(1), sweeper.sweep(1000)]))
}
