import { serveStorm } from '../../src/testing/index.ts'
import { brokenStores } from './broken-stores.ts'
import { tinyStore } from './tiny-store.ts'

const [, , path, fault] = process.argv

serveStorm(tinyStore(path as string, brokenStores[fault ?? '']?.faults))
