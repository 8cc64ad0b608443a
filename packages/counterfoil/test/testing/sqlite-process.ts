import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { serveStorm } from '../../src/testing/index.ts'

serveStorm(sqliteStore(process.argv[2] as string))
