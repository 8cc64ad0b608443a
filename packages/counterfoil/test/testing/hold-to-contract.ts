import { describe, it } from 'vitest'
import {
  type ContractCase,
  type ContractCounts,
  contractTopics,
  quickCounts,
  type StoreUnderTest,
  storeContract,
  wholeCounts,
} from '../../src/testing/index.ts'

export const counts: ContractCounts = process.env.COUNTERFOIL_SOAK ? wholeCounts : quickCounts

/** Each case on data of its own, which `withSubject` makes and removes. */
export function holdToContract(
  cases: readonly ContractCase[],
  withSubject: (use: (subject: StoreUnderTest) => Promise<void>) => Promise<void>,
): void {
  for (const topic of contractTopics) {
    const ofTopic = cases.filter((contractCase) => contractCase.topic === topic)
    if (ofTopic.length === 0) continue
    describe(topic, () => {
      for (const contractCase of ofTopic) it(contractCase.name, () => withSubject(contractCase.run))
    })
  }
}

/** Every case, or those that need no second process. */
export function contractCases(within: 'one process' | 'many processes'): readonly ContractCase[] {
  return storeContract(counts).filter(({ needs }) => needs === null || within === 'many processes')
}
