import { type ClaimRequest, encodeKeptRequest, MAX_PAGE, type Place } from '../../core/index.ts'
import type { ContractCase } from '../contract-case.ts'
import { ages, holdPolicies, OPERATION, requestWith, rerunPolicies, TENANT } from '../requests.ts'
import { expectSame, expectThat } from '../violation.ts'
import { lockstepCase } from './case-of.ts'
import { built, situations, storedPolicies } from './situations.ts'

const places: readonly Place[] = [
  'absent',
  'in_progress',
  'abandoned',
  'succeeded',
  'failed',
  'released',
  'tombstone',
]

export const lists: readonly ContractCase[] = [
  lockstepCase(
    'lists',
    'a walk in pages of any size finds every receipt once, whatever the filter',
    async (store) => {
      for (const [index, situation] of situations.entries()) {
        for (const policies of storedPolicies) {
          const { first } = await built(store, situation, {
            policies,
            tenant: `tenant-${index % 3}`,
            operation: `operation-${index % 2}`,
          })
          if (store.known(first.id)) await store.age(first.id, (index % 5) * 1000)
        }
      }
      for (const size of [1, 7, MAX_PAGE]) await store.list({}, size)
      for (const place of places) await store.list({ place }, 5)
      await store.list({ tenant: 'tenant-1' }, 5)
      await store.list({ operation: 'operation-1' }, 5)
      await store.list({ tenant: 'tenant-2', operation: 'operation-0', place: 'abandoned' }, 5)
      await store.list({ olderThanMs: ages.pastTtl / 2 }, 5)
      await store.list({ youngerThanMs: ages.pastTtl / 2 }, 5)
      await store.list({ olderThanMs: ages.pastLease / 2, youngerThanMs: ages.pastRetention / 2 }, 5)
      expectSame('of a tenant that has none', 0, (await store.list({ tenant: 'nobody' }, 5)).length)
      await store.stats()
    },
  ),
  lockstepCase('lists', 'receipts of one moment are not lost between two pages', async (store) => {
    for (let index = 0; index < 25; index += 1) await store.claim(requestWith())
    expectSame('receipts', 25, (await store.list({}, 2)).length)
  }),
  lockstepCase('lists', 'a walk is not upset by receipts that come and go', async (store, [handle]) => {
    const requests = Array.from({ length: 12 }, () => requestWith())
    for (const request of requests) await store.claim(request)
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await handle.list({}, { limit: 3, ...(after === undefined ? {} : { after }) })
      seen.push(...page.receipts.map(({ id }) => id))
      after = page.next
      await store.claim(requestWith())
    } while (after !== undefined && seen.length < 100)
    for (const { id } of requests) expectSame('times seen', 1, seen.filter((other) => other === id).length)
  }),
  lockstepCase(
    'lists',
    'what is abandoned is found, longest first, once it has waited and does not back off',
    async (store) => {
      for (const situation of situations) {
        for (const policies of storedPolicies) {
          await built(store, situation, { policies })
          await built(store, situation, { policies, operation: 'another operation' })
        }
      }
      const lapsed = requestWith({ policies: rerunPolicies })
      await store.claim(lapsed)
      await store.age(lapsed.id, 5 * ages.pastLease)
      for (const forMs of [0, 30_000, ages.pastLease, ages.pastTtl]) {
        await store.findAbandoned({ of: { operation: OPERATION }, forMs, limit: 100 })
        await store.findAbandoned({ of: { operation: OPERATION }, forMs, limit: 3 })
      }
      const kept = { method: 'POST', target: '/', headers: [], body: new Uint8Array() }
      const keeping = requestWith({ operation: 'POST /', request: encodeKeptRequest(OPERATION, kept) })
      const others = requestWith({
        operation: OPERATION,
        request: encodeKeptRequest('another operation', kept),
      })
      for (const request of [keeping, others]) {
        await store.claim(request)
        await store.age(request.id, 2 * ages.pastLease)
      }
      const keptBy = await store.findAbandoned({ of: { keptBy: OPERATION }, forMs: 0, limit: 100 })
      expectSame(
        'those whose requests this operation keeps',
        [keeping.id],
        keptBy.map(({ id }) => id),
      )
      const found = await store.findAbandoned({
        of: { operation: OPERATION },
        forMs: 2 * ages.pastLease,
        limit: 100,
      })
      expectThat(
        found.some(({ id }) => id === lapsed.id),
        'the lapsed one is among them',
        found.length,
      )
    },
  ),
  lockstepCase(
    'lists',
    'a sweep takes no more than its limit, and says whether there is more',
    async (store) => {
      // Held ones, which no store may let go of by itself.
      const due: ClaimRequest[] = Array.from({ length: 7 }, () => requestWith({ policies: holdPolicies }))
      for (const request of due) {
        await store.claim(request)
        await store.age(request.id, ages.pastPatience)
      }
      const living = requestWith({ tenant: TENANT })
      await store.claim(living)
      expectSame('more', true, (await store.sweep(3)).more)
      expectSame('more', true, (await store.sweep(3)).more)
      expectSame('more', false, (await store.sweep(3)).more)
      await store.stats()
    },
  ),
]
