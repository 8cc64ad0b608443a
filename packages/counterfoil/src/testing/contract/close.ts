import { fenceOf, type ReceiptStore, type Running, StoreUnavailable } from '../../core/index.ts'
import type { ContractCase } from '../contract-case.ts'
import {
  byHand,
  bytesOf,
  failed,
  firstFence,
  LEASE_MS,
  OPERATION,
  released,
  requestWith,
  succeeded,
} from '../requests.ts'
import { expectRejection, expectSame, expectThat } from '../violation.ts'

export const closes: readonly ContractCase[] = [
  {
    topic: 'close',
    name: 'a closed store refuses every verb as closed, and nothing else',
    needs: null,
    run: async (subject) => {
      const store = await subject.open()
      const request = requestWith()
      await store.claim(request)
      await store.close()
      for (const [verb, call] of Object.entries(everyVerb(store, request))) {
        await expectRejection(
          verb,
          call(),
          (error) => error instanceof StoreUnavailable && error.fault === 'closed',
        )
      }
    },
  },
  {
    topic: 'close',
    name: 'what was under way when the store was closed is finished, and answered',
    needs: null,
    run: async (subject) => {
      const [store, other] = [await subject.open(), await subject.open()]
      const requests = Array.from({ length: 20 }, () => requestWith())
      const claims = requests.map((request) => store.claim(request))
      await store.close()
      for (const claim of await Promise.all(claims)) expectSame('the answer', 'claimed', claim.kind)
      if (other === store) return
      for (const { id } of requests) {
        const { receipt } = await other.read(id)
        expectThat(receipt?.attempt === 1, 'what was answered is stored', receipt)
      }
      await other.close()
    },
  },
  ...Object.entries(underWay()).map(
    ([what, call]): ContractCase => ({
      topic: 'close',
      name: `${what} that was under way when the store was closed is answered before it is closed`,
      needs: null,
      run: async (subject) => {
        const store = await subject.open()
        const claimed = await store.claim(requestWith())
        expectThat(claimed.kind === 'claimed', 'claimed', claimed)
        let closed = false
        const answeredLate = call(store, claimed.receipt).then(() => closed)
        await store.close()
        // An answer may take some steps through promises, and no turn of the event loop.
        for (let step = 0; step < 20; step += 1) await undefined
        closed = true
        expectThat(!(await answeredLate), 'nothing is answered after the close')
      },
    }),
  ),
  {
    topic: 'close',
    name: 'the store tells its name, its schema, its claim and what it survives',
    needs: null,
    run: async (subject) => {
      const store = await subject.open()
      try {
        const { schema, claim } = store.describe()
        for (const [what, text] of Object.entries({ name: store.name, schema, claim })) {
          expectThat(text.trim() !== '', `the ${what} is said`, text)
        }
        for (const { level, says } of await store.audit()) {
          expectThat(
            ['refusal', 'warning', 'fact'].includes(level) && says.endsWith('.'),
            'a finding is a sentence',
            says,
          )
        }
      } finally {
        await store.close()
      }
    },
  },
]

function underWay(): Readonly<Record<string, (store: ReceiptStore, claimed: Running) => Promise<unknown>>> {
  return {
    'a claim': (store) => store.claim(requestWith()),
    'a sweep': (store) => store.sweep(1),
    'a success': (store, claimed) => store.settle(fenceOf(claimed), succeeded()),
    'a success with its receipt at hand': (store, claimed) =>
      store.settle(fenceOf(claimed), succeeded(), claimed),
    'a failure': (store, claimed) => store.settle(fenceOf(claimed), failed(), claimed),
    'a release': (store, claimed) => store.settle(fenceOf(claimed), released(), claimed),
  }
}

function everyVerb(
  store: ReceiptStore,
  request: ReturnType<typeof requestWith>,
): Readonly<Record<string, () => Promise<unknown>>> {
  const fence = firstFence(request)
  const { id, incarnation } = request
  return {
    claim: () => store.claim(request),
    settle: () => store.settle(fence, succeeded()),
    renew: () => store.renew(fence, LEASE_MS),
    yield: () => store.yield(fence, 0),
    refused: () => store.refused(fence, 'charge', 0),
    saveStep: () => store.saveStep(fence, 'charge', bytesOf('charged')),
    readSteps: () => store.readSteps(id, incarnation),
    read: () => store.read(id),
    list: () => store.list({}, { limit: 1 }),
    findAbandoned: () => store.findAbandoned({ of: { operation: OPERATION }, forMs: 0, limit: 1 }),
    stats: () => store.stats(),
    changeByHand: () =>
      store.changeByHand({ id, incarnation, attempt: 1, state: 'in_progress' }, byHand({ do: 'release' })),
    sweep: () => store.sweep(1),
    age: () => store.age(id, 1),
  }
}
