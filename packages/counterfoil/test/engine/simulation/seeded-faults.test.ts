import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as engine from '../../../src/engine/index.ts'
import { type Change, withEngineCopy } from './engine-copy.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { anyPlan } from './plan.ts'
import { simulate } from './simulate.ts'

/** How many interleavings a fault may hide from. */
const ENOUGH = 20_000

const faults: readonly { readonly name: string; readonly changes: readonly Change[] }[] = [
  {
    name: 'settles under whatever fence the receipt has by now',
    changes: [
      {
        file: 'settle.ts',
        from: '      const answer = store.settle(fence, settlementOf(settling), receipt)',
        to: `      const { receipt: stored } = await store.read(id)
      const answer = store.settle(stored ? fenceOf(stored) : fence, settlementOf(settling), receipt)`,
      },
    ],
  },
  {
    name: 'fires the signal after the lease',
    changes: [{ file: 'lease.ts', from: 'const MARGIN = 0.1', to: 'const MARGIN = -0.1' }],
  },
  {
    name: 'counts its lease from the answer of the claim, not from the question',
    changes: [
      {
        file: 'claim.ts',
        from: '      return { decision, request, sentAt }',
        to: '      return { decision, request, sentAt: engine.elapsed() }',
      },
    ],
  },
  {
    name: 'counts its lease from the answer of the renewal, not from the question',
    changes: [
      {
        file: 'lease.ts',
        from: 'this.#endsAt = sentAt + this.#terms.leaseMs',
        to: 'this.#endsAt = this.#elapsed() + this.#terms.leaseMs',
      },
    ],
  },
  {
    name: 'loses a wake-up that comes while nobody listens',
    changes: [
      { file: 'bell.ts', from: '    this.#rung = true\n', to: '    this.#rung = this.#hear !== undefined\n' },
    ],
  },
  {
    name: 'subscribes to nothing, and waits for the lease to end',
    changes: [{ file: 'watch-holder.ts', from: '() => bell.ring())\n  try', to: '() => undefined)\n  try' }],
  },
  {
    name: 'sends a claim again under a new token',
    changes: [
      {
        file: 'claim.ts',
        from: 'engine.store.claim(request)',
        to: 'engine.store.claim({ ...request, token: engine.runtime.random() })',
      },
    ],
  },
  {
    name: 'runs again on behalf of a call that has run and lost its claim',
    changes: [{ file: 'pursuit.ts', from: "end.ran ? 'overtaken' : 'waiting'", to: "'waiting'" }],
  },
  {
    name: 'never gives back the claim of a caller that has gone',
    changes: [
      {
        file: 'claim.ts',
        from: 'export function withdraw(engine: Engine, request: ClaimRequest): void {',
        to: 'export function withdraw(engine: Engine, request: ClaimRequest): void {\n  if (request) return',
      },
    ],
  },
  {
    name: 'runs what a claim allows however late its answer came',
    changes: [
      {
        file: 'claim.ts',
        from: "if (decision.kind === 'claimed' && ",
        to: "if (decision.kind === 'ended' && ",
      },
    ],
  },
  {
    name: 'runs after a recovery that has outlasted its lease',
    changes: [{ file: 'run.ts', from: 'if (lease.over) return', to: 'if (!lease) return' }],
  },
  {
    name: 'lets a handler that never ends hold up everybody in its process',
    changes: [
      {
        file: 'pursuit.ts',
        from: 'lost: () => this.#leaveAlone(runner)',
        to: 'lost: () => undefined',
      },
    ],
  },
  {
    name: 'answers who waited with nothing, so that each runs in turn',
    changes: [
      {
        file: 'pursuit.ts',
        from: "return this.#concludeFrom(end.receipt)\n      case 'recovered'",
        to: "return\n      case 'recovered'",
      },
    ],
  },
  {
    name: 'settles a claim in the background only once',
    changes: [{ file: 'background.ts', from: 'if (written || ', to: 'if (written || this || ' }],
  },
  {
    name: 'leaves its heartbeat running when the handler is done',
    changes: [{ file: 'lease.ts', from: '    this.#beat.cancel()\n', to: '' }],
  },
  {
    name: 'treats an attempt that was cut off as one that failed',
    changes: [
      { file: 'verdict.ts', from: "isOfTheNetwork(ended.error) ? 'unknown' : 'failed'", to: "'failed'" },
    ],
  },
  {
    name: 'gives back a claim only once, though the store did not hear of it',
    changes: [
      {
        file: 'background.ts',
        from: '  #tryLater(): void {',
        to: '  #tryLater(): void {\n    return',
      },
    ],
  },
  {
    name: 'takes a recovery that does not know for one that found nothing',
    changes: [
      {
        file: 'recover.ts',
        from: "return policies.onAbandoned === 'rerun'\n",
        to: 'return policies.onAbandoned !== undefined\n',
      },
    ],
  },
  {
    name: 'lets a call wait without end',
    changes: [{ file: 'caller.ts', from: '      waitMs,\n', to: '      2 ** 40,\n' }],
  },
  {
    name: 'keeps who waits when it closes',
    changes: [{ file: 'pursuits.ts', from: 'pursuit.sendWaitersAway()', to: 'void pursuit' }],
  },
  {
    name: 'answers an overtaken call with its own value',
    changes: [
      {
        file: 'settle.ts',
        from: "  if (written.kind === 'lost') return written\n  runtime",
        to: "  if (written.kind === 'lost') return { kind: 'settled', receipt, outcome: settling.outcome }\n  runtime",
      },
    ],
  },
  {
    name: 'answers a call before its outcome is stored',
    changes: [
      {
        file: 'settle.ts',
        from: '  const written = await untilLeaseEnds(engine, lease, async () => {',
        to: "  void store.settle(fence, settlementOf(settling)).catch(() => {})\n  if (receipt) return { kind: 'settled', receipt, outcome: settling.outcome }\n  const written = await untilLeaseEnds(engine, lease, async () => {",
      },
    ],
  },
  {
    name: 'forgets a subscription',
    changes: [{ file: 'watch-holder.ts', from: '    watch.stop()\n', to: '' }],
  },
]

describe('the simulation', () => {
  test('passes an untouched copy of the engine', () =>
    withEngineCopy([], async (copy) => {
      expect(copy.createReceipts).not.toBe(engine.createReceipts)
      expect(await violationIn(copy, 1000)).toBeUndefined()
    }))

  test.each(faults)('finds an engine that $name', ({ changes }) =>
    withEngineCopy(changes, async (copy) => {
      const found = await violationIn(copy, ENOUGH)
      expect(found).toMatch(/^Violation: /)
    }),
  )
})

async function violationIn(engine: EngineUnderTest, interleavings: number): Promise<string | undefined> {
  const holds = fc.asyncProperty(anyPlan, fc.nat(2 ** 31), async (plan, chance) => {
    await simulate(plan, chance, engine)
  })
  const found = await fc.check(holds, { numRuns: interleavings, seed: 1, endOnFailure: true })
  return found.errorInstance ? String(found.errorInstance) : undefined
}
