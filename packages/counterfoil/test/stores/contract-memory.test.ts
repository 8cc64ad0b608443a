import { memoryStore } from '../../src/stores/memory/index.ts'
import { contractCases, holdToContract } from '../testing/hold-to-contract.ts'

// Nobody else sees this process's memory: the storms of processes are for other stores.
holdToContract(contractCases('one process'), async (use) => {
  const store = memoryStore()
  await use({ open: async () => store })
})
