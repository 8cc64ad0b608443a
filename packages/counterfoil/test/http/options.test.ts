import { expect, it, onTestFinished } from 'vitest'
import { idempotent } from '../../src/http/node.ts'
import { createReceipts } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'

it.each<readonly [object, string]>([
  [{}, 'tenant'],
  [{ tenant: {} }, 'tenant'],
  [{ tenant: () => 'acme', requireKeys: true }, 'requireKeys'],
  [{ tenant: () => 'acme', methods: ['post'] }, 'methods'],
  [{ tenant: () => 'acme', methods: ['POST', 'OPTIONS'] }, 'methods'],
  [{ tenant: () => 'acme', key: 'X-Key' }, 'key'],
  [{ tenant: () => 'acme', key: { pointer: 'no/slash' } }, 'pointer'],
  [{ tenant: () => 'acme', maxRequestBytes: -1 }, 'maxRequestBytes'],
  [{ tenant: () => 'acme', maxRequestBytes: 1.5 }, 'maxRequestBytes'],
  [{ tenant: () => 'acme', failOpen: true }, 'failOpen'],
])('%j is refused at once, by the name of what is wrong', (options, name) => {
  const receipts = createReceipts({ store: memoryStore(), sweep: 'off' })
  onTestFinished(() => receipts.close())
  const operation = receipts.operation<never>('charge', { guarantee: 'at-most-once' })
  expect(() => idempotent(operation, options as never, () => undefined)).toThrow(name)
})

it('refuses an operation whose effect is in a transaction: the response would be outside of it', () => {
  const receipts = createReceipts({ store: sqliteStore('never-opened.db'), sweep: 'off' })
  onTestFinished(() => receipts.close())
  const operation = receipts.transactional('charge', { ttl: '24h' })
  const wrap = () => idempotent(operation as never, { tenant: () => 'acme' }, () => undefined)
  expect(wrap).toThrow('call its onceInTransaction() in the route')
})
