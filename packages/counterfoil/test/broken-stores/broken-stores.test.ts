import { describe, expect, it } from 'vitest'
import {
  type ContractCase,
  type ContractTopic,
  ContractViolation,
  storeContract,
} from '../../src/testing/index.ts'
import { counts, holdToContract } from '../testing/hold-to-contract.ts'
import { onAFile } from '../testing/on-a-file.ts'
import { type BrokenStore, brokenStores } from './broken-stores.ts'
import { tinyStore } from './tiny-store.ts'

// The suite that passes a broken store is itself broken.

const processScript = new URL('./tiny-process.ts', import.meta.url)
const contract = storeContract(counts)

describe('the tiny store without a fault', () => {
  holdToContract(contract, (use) => onAFile((path) => tinyStore(path), processScript, [], use))
})

describe.each(Object.entries(brokenStores))('a store with %s', (name, broken) => {
  it.each(broken.foundBy)('is found by the %s', async (topic) => {
    expect(await firstViolation(name, broken, contract.filter(ofTopic(topic)))).toBeDefined()
  })

  if (broken.rightForOneCaller) {
    it('passes whatever one caller at a time can ask', async () => {
      const cases = contract.filter(({ topic }) => !topicsOfManyCallers.includes(topic))
      expect(cases.length).toBeGreaterThan(150)
      expect(await firstViolation(name, broken, cases)).toBeUndefined()
    })
  }
})

const topicsOfManyCallers: readonly ContractTopic[] = ['storms', 'process storms', 'sweep races']

function ofTopic(wanted: ContractTopic): (contractCase: ContractCase) => boolean {
  return ({ topic }) => topic === wanted
}

/** Another error than a violation is none: the store must be found wrong, not merely fall over. */
async function firstViolation(
  name: string,
  { faults }: BrokenStore,
  cases: readonly ContractCase[],
): Promise<string | undefined> {
  for (const contractCase of cases) {
    try {
      await onAFile((path) => tinyStore(path, faults), processScript, [name], contractCase.run)
    } catch (error) {
      if (!(error instanceof ContractViolation)) throw error
      return `${contractCase.name}: ${error.message}`
    }
  }
  return undefined
}
