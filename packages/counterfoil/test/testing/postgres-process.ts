import { postgresStore } from '../../src/stores/postgres/index.ts'
import { serveStorm } from '../../src/testing/index.ts'

const [, , url, schema] = process.argv

serveStorm(postgresStore(url as string, { schema: schema as string, maxConnections: 4 }))
