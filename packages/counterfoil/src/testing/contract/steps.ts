import { fenceOf } from '../../core/index.ts'
import type { ContractCase } from '../contract-case.ts'
import {
  ages,
  bytesOf,
  digestOf,
  firstFence,
  released,
  requestWith,
  rerunPolicies,
  retryOf,
  succeeded,
} from '../requests.ts'
import { expectSame, expectThat } from '../violation.ts'
import { lockstepCase } from './case-of.ts'

const awkwardNames = [
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  'charge ',
  'Charge',
  "'; DROP TABLE steps; --",
  'a.b',
  '💳',
  '0',
  // The longest that an attempt lets through, of characters that JSON makes the longest, and that no store can compress.
  [1, 2, 3, 4]
    .map((n) => digestOf(`a long name, part ${n}`))
    .join('')
    .slice(0, 255)
    .replace(/./g, (digit) => String.fromCharCode(1 + Number.parseInt(digit, 16))),
]

/** Results of steps hang on the receipt's incarnation: never on its key. */
export const steps: readonly ContractCase[] = [
  lockstepCase('steps', 'the first result of a step stays, for this attempt and the next', async (store) => {
    const request = requestWith({ policies: rerunPolicies })
    await store.claim(request)
    await store.saveStep(firstFence(request), 'charge', bytesOf('first'))
    await store.saveStep(firstFence(request), 'charge', bytesOf('second'))
    await store.age(request.id, ages.pastLease)
    const next = await store.claim(retryOf(request))
    expectThat(next.kind === 'claimed', 'a re-run', next)
    await store.saveStep(fenceOf(next.receipt), 'charge', bytesOf('third'))
    await store.saveStep(fenceOf(next.receipt), 'notify', new Uint8Array())
    await store.stepsAreKept(request.id, request.incarnation)
  }),
  lockstepCase(
    'steps',
    'a settled attempt writes no more steps, and those before are kept',
    async (store) => {
      const request = requestWith()
      await store.claim(request)
      await store.saveStep(firstFence(request), 'charge', Uint8Array.of(0, 255, 128))
      await store.settle(firstFence(request), succeeded())
      expectSame('saveStep', 'lost', await store.saveStep(firstFence(request), 'notify', bytesOf('late')))
    },
  ),
  lockstepCase('steps', 'a reused key never meets the steps of its earlier incarnation', async (store) => {
    for (const sweepsBetween of [false, true]) {
      const request = requestWith()
      await store.claim(request)
      await store.saveStep(firstFence(request), 'charge', bytesOf('old'))
      await store.settle(firstFence(request), released())
      await store.age(request.id, ages.pastRetention)
      if (sweepsBetween) await store.sweep(100)
      const again = await store.claim(retryOf(request))
      expectThat(again.kind === 'claimed' && again.receipt.attempt === 1, 'a new incarnation', again)
      await store.stepsAreKept(request.id, again.receipt.incarnation)
      await store.stepsAreKept(request.id, request.incarnation)
    }
  }),
  lockstepCase(
    'steps',
    'names are any text: each has its own result and its own generation',
    async (store) => {
      const request = requestWith()
      await store.claim(request)
      for (const name of awkwardNames) {
        await store.saveStep(firstFence(request), name, bytesOf(`result of ${name}`))
        await store.refused(firstFence(request), name, 0)
      }
      await store.refused(firstFence(request), '__proto__', 1)
      const generations = store.known(request.id)?.generations ?? {}
      expectSame('names with a generation', awkwardNames.toSorted(), Object.keys(generations).sort())
      expectSame('of __proto__', 2, Object.getOwnPropertyDescriptor(generations, '__proto__')?.value)
    },
  ),
  lockstepCase('steps', 'generations outlive a re-run', async (store) => {
    const request = requestWith()
    await store.claim(request)
    await store.refused(firstFence(request), 'charge', 0)
    await store.settle(firstFence(request), released())
    const next = await store.claim(retryOf(request))
    expectThat(next.kind === 'claimed', 'a re-run', next)
    expectSame('the generation', { charge: 1 }, next.receipt.generations)
  }),
]
