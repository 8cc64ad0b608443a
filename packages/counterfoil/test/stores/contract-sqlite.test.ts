import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { contractCases, holdToContract } from '../testing/hold-to-contract.ts'
import { onAFile } from '../testing/on-a-file.ts'

const processScript = new URL('../testing/sqlite-process.ts', import.meta.url)

holdToContract(contractCases('many processes'), (use) =>
  onAFile((path) => sqliteStore(path), processScript, [], use),
)
