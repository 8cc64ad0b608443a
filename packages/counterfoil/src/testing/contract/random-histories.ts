import type { ContractCase } from '../contract-case.ts'
import type { ContractCounts } from '../contract-counts.ts'
import { randomHistory } from '../history-steps.ts'
import { seeded } from '../random.ts'
import { runHistory } from '../run-history.ts'
import { lockstepCase } from './case-of.ts'

/** Long walks that nobody thought of, each step compared with the decisions. A seed repeats its history. */
export function randomHistories({
  seed,
  histories,
  stepsPerHistory,
}: ContractCounts): readonly ContractCase[] {
  return Array.from({ length: histories }, (_, index) =>
    lockstepCase(
      'random histories',
      `a history of ${stepsPerHistory} steps from seed ${seed + index} agrees with the decisions at every step`,
      (store) => runHistory(store, randomHistory(seeded(seed + index), stepsPerHistory)),
    ),
  )
}
