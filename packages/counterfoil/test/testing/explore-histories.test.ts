import fc from 'fast-check'
import { describe, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { type HistoryStep, historyCallers, historyKeys } from '../../src/testing/history-steps.ts'
import { Lockstep } from '../../src/testing/lockstep.ts'
import { ages } from '../../src/testing/requests.ts'
import { runHistory } from '../../src/testing/run-history.ts'
import { onAFile } from './on-a-file.ts'

// The suite's own random histories need no library; here fast-check explores as well, and shrinks what it finds to
// the few steps that matter.

const soak = Boolean(process.env.COUNTERFOIL_SOAK)
const MEMORY_HISTORIES = soak ? 5_000 : 200
const SQLITE_HISTORIES = soak ? 500 : 15

const key = fc.nat({ max: historyKeys - 1 })
const grant = fc.nat({ max: 5 })

const step: fc.Arbitrary<HistoryStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      key,
      caller: fc.nat({ max: historyCallers - 1 }),
      intent: fc.constantFrom('run' as const, 'run_or_recover' as const, 'recover' as const),
      policies: fc.constantFrom('hold' as const, 'rerun' as const),
      request: fc.oneof(
        { weight: 9, arbitrary: fc.constant('same' as const) },
        { weight: 1, arbitrary: fc.constantFrom('other' as const, 'other algorithm' as const) },
      ),
      credentials: fc.oneof(
        { weight: 9, arbitrary: fc.constant('same' as const) },
        { weight: 1, arbitrary: fc.constant('other' as const) },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      grant,
      as: fc.constantFrom(
        'succeeded' as const,
        'failed' as const,
        'released' as const,
        'released, doubt cleared' as const,
      ),
      atHand: fc.constantFrom('fence' as const, 'fence and receipt' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('renew' as const, 'yield' as const, 'saveStep' as const),
      grant,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('refused' as const), grant, generation: fc.nat({ max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('by hand' as const),
      key,
      change: fc.constantFrom('succeeded' as const, 'failed' as const, 'release' as const),
      seen: fc.constantFrom('now' as const, 'before it moved on' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('age' as const),
      key,
      past: fc.constantFrom(...(Object.keys(ages) as (keyof typeof ages)[])),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('sweep' as const), limit: fc.constantFrom(1, 2, 100) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const) }) },
)

const history = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' })

describe('fast-check finds no history in which the decisions are not followed', () => {
  it(`by the memory store, in ${MEMORY_HISTORIES} histories`, async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        await runHistory(new Lockstep(memoryStore()), steps)
      }),
      { numRuns: MEMORY_HISTORIES },
    )
  })

  it(`by the SQLite store, in ${SQLITE_HISTORIES} histories`, async () => {
    await fc.assert(
      fc.asyncProperty(history, (steps) =>
        onAFile(
          (path) => sqliteStore(path),
          new URL('./sqlite-process.ts', import.meta.url),
          [],
          async (subject) => {
            const [store, reader] = [await subject.open(), await subject.open()]
            try {
              await runHistory(new Lockstep(store, reader), steps)
            } finally {
              await store.close()
              await reader.close()
            }
          },
        ),
      ),
      { numRuns: SQLITE_HISTORIES },
    )
  })
})
