import { storeContract } from '../../../contract.ts'
import {
  type ContractCase,
  type ContractTopic,
  contractTopics,
  type StoreUnderTest,
} from '../../../contract-case.ts'
import { ContractViolation } from '../../../violation.ts'
import type { Verdict } from '../../proof.ts'
import { inPlace } from '../place.ts'
import { notCounted, nothingMissing, type Scenario, type Testbed } from '../scenario.ts'

/** By storms of their own, whose calls are told one by one. */
const playedElsewhere: readonly ContractTopic[] = ['process storms']

/** The contract suite, a scenario for each topic: its cases one after another, each in a place of its own. */
export const contract: readonly Scenario[] = contractTopics
  .filter((topic) => !playedElsewhere.includes(topic))
  .map(scenarioOf)

function scenarioOf(topic: ContractTopic): Scenario {
  const cases = storeContract().filter((contractCase) => contractCase.topic === topic)
  return {
    id: `contract-${topic.replaceAll(' ', '-')}`,
    title: `The contract of a store holds: ${topic} (${cases.length} ${cases.length === 1 ? 'case' : 'cases'}).`,
    appliesTo: () => true,
    missing: nothingMissing,
    async play(testbed, tell) {
      let played = 0
      let verdict: Verdict | undefined
      while (played < cases.length && verdict === undefined && !testbed.signal.aborted) {
        tell(played + 1, cases.length)
        verdict = await faultIn(cases[played] as ContractCase, testbed)
        played += 1
      }
      const done = verdict ?? ended(played, cases.length)
      return { verdict: done, rounds: 1, events: [], shown: [], others: played, effects: notCounted }
    },
  }
}

function ended(played: number, cases: number): Verdict {
  if (played < cases)
    return { kind: 'not_shown', why: `The run was stopped after ${played} of ${cases} cases.` }
  return { kind: 'held', bound: `${cases} ${cases === 1 ? 'case' : 'cases'}, each played once.` }
}

async function faultIn({ name, run }: ContractCase, testbed: Testbed): Promise<Verdict | undefined> {
  try {
    await inPlace(testbed, (subject: StoreUnderTest) => run(subject))
    return undefined
  } catch (error) {
    if (!(error instanceof ContractViolation)) throw error
    const [why = '', ...rest] = error.message.split('\n')
    const evidence = rest.map((line) => ({ atMs: 0, says: line.trim() }))
    return { kind: 'broken', why: `“${name}” does not hold: ${why}.`, evidence }
  }
}
