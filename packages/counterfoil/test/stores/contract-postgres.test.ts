import { postgresStore } from '../../src/stores/postgres/index.ts'
import { contractCases, holdToContract } from '../testing/hold-to-contract.ts'
import { databaseForFile, onADatabase } from '../testing/on-a-database.ts'

const processScript = new URL('../testing/postgres-process.ts', import.meta.url)
const database = databaseForFile()

holdToContract(contractCases('many processes'), (use) =>
  onADatabase(
    database,
    (url, schema) => postgresStore(url, { schema, maxConnections: 4 }),
    processScript,
    [],
    use,
  ),
)
