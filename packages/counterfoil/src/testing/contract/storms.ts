import { randomUUID } from 'node:crypto'
import { type ContractCase, type StoreUnderTest, withHandles } from '../contract-case.ts'
import type { ContractCounts } from '../contract-counts.ts'
import { checkHistory } from '../linearizability/check-history.ts'
import { describeCounterexample } from '../linearizability/counterexample.ts'
import { runStorm } from '../storm/run-storm.ts'
import type { StormEvent } from '../storm/storm-event.ts'
import { withProcesses } from '../storm/storm-processes.ts'
import { ContractViolation, expectSame, expectThat } from '../violation.ts'

/**
 * Many callers at once. A table of decisions proves a decision; only a storm proves that nothing comes between a
 * decision and its write, or between a write and its answer.
 */
export function storms(counts: ContractCounts): readonly ContractCase[] {
  const { seed, connections, processes, oneKeyRounds, oneKeyCallsPerProcess, mixedRounds } = counts
  return [
    {
      topic: 'storms',
      name: `${connections} connections × ${counts.oneKeyCallsPerProcess} calls on one key: one claim, in each of ${counts.storms} rounds`,
      needs: null,
      run: (subject) =>
        withHandles(subject, connections, async (handles) => {
          for (let round = 0; round < counts.storms; round += 1) {
            const key = randomUUID()
            const events = await Promise.all(
              handles.map((store, index) =>
                runStorm(store, {
                  storm: 'one key',
                  key,
                  calls: oneKeyCallsPerProcess,
                  caller: `connection ${index}`,
                }),
              ),
            )
            expectOneClaim(events.flat(), connections * oneKeyCallsPerProcess)
          }
        }),
    },
    ...Array.from(
      { length: counts.storms },
      (_, round): ContractCase => ({
        topic: 'storms',
        name: `storm ${round + 1} of ${connections} connections × ${counts.callsPerConnection} calls on few keys, from seed ${seed}: every grant is a legal successor`,
        needs: null,
        run: (subject) => mixedStormOfConnections(subject, counts, round),
      }),
    ),
    {
      topic: 'process storms',
      name: `${processes} processes × ${oneKeyCallsPerProcess} calls on one key: one claim, in each of ${oneKeyRounds} rounds`,
      needs: 'processes',
      run: (subject) =>
        withProcesses(startOf(subject), processes, async (storm) => {
          for (let round = 0; round < oneKeyRounds; round += 1) {
            const key = randomUUID()
            const events = await storm((index) => ({
              storm: 'one key',
              key,
              calls: oneKeyCallsPerProcess,
              caller: `process ${index}`,
            }))
            expectOneClaim(events, processes * oneKeyCallsPerProcess)
          }
        }),
    },
    {
      topic: 'process storms',
      name: `${processes} processes × ${counts.mixedCallsPerProcess} calls on few keys, ${mixedRounds} rounds from seed ${seed}: every grant is a legal successor`,
      needs: 'processes',
      run: (subject) =>
        withProcesses(startOf(subject), processes, async (storm) => {
          for (let round = 0; round < mixedRounds; round += 1) {
            const keys = fewKeys()
            const events = await storm((index) => ({
              storm: 'mixed',
              keys,
              calls: counts.mixedCallsPerProcess,
              concurrency: 4,
              seed: seed + round * processes + index,
              caller: `process ${index}`,
            }))
            expectLegal(events)
          }
        }),
    },
  ]
}

async function mixedStormOfConnections(
  subject: StoreUnderTest,
  counts: ContractCounts,
  round: number,
): Promise<void> {
  await withHandles(subject, counts.connections, async (handles) => {
    const keys = fewKeys()
    const events = await Promise.all(
      handles.map((store, index) =>
        runStorm(store, {
          storm: 'mixed',
          keys,
          calls: counts.callsPerConnection,
          concurrency: 2,
          seed: counts.seed + round * counts.connections + index,
          caller: `connection ${index}`,
        }),
      ),
    )
    expectLegal(events.flat())
  })
}

function fewKeys(): readonly string[] {
  return Array.from({ length: 4 }, () => randomUUID())
}

function startOf({ startProcess }: StoreUnderTest): NonNullable<StoreUnderTest['startProcess']> {
  expectThat(startProcess !== undefined, 'this case needs a subject that starts processes')
  return startProcess
}

function expectOneClaim(events: readonly StormEvent[], calls: number): void {
  const claims = events.filter(({ call }) => call === 'claim')
  expectSame('claims made', calls, claims.length)
  const granted = claims.filter(({ answer }) => answer.kind === 'claimed')
  expectSame(`claims granted of ${calls}`, 1, granted.length)
  expectLegal(events)
}

function expectLegal(events: readonly StormEvent[]): void {
  const unanswered = events.find(({ answer }) => answer.kind === 'unknown')
  expectThat(unanswered === undefined, 'every call of a storm is answered', unanswered)
  const verdict = checkHistory(events)
  if (verdict.kind === 'linearizable') return
  if (verdict.kind === 'undecided') throw new ContractViolation(`${events.length} calls: ${verdict.why}`)
  const [first] = verdict.counterexamples
  throw new ContractViolation(
    `the answers of ${events.length} calls have no order on ${verdict.counterexamples.length} keys, the first:\n${first && describeCounterexample(first)}`,
  )
}
