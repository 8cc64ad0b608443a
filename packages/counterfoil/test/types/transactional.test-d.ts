import { DatabaseSync } from 'node:sqlite'
import { expectTypeOf, it } from 'vitest'
import { idempotent } from '../../src/http/express.ts'
import {
  createReceipts,
  type Receipts,
  type SyncTransactionAttempt,
  type TransactionResult,
} from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'

// Checked by `npm run types`: each line marked must not compile.

const receipts = createReceipts({ store: sqliteStore('receipts.db') })
const placeOrder = receipts.transactional('place-order', { ttl: '24h' })
const call = { tenant: 't', key: 'k', request: 1 }

it("hands the handler its store's own transaction", () => {
  placeOrder.onceInTransaction(call, (tx, attempt) => {
    expectTypeOf(tx).toEqualTypeOf<DatabaseSync>()
    expectTypeOf(attempt).toEqualTypeOf<SyncTransactionAttempt>()
    // @ts-expect-error there is no lease that could end
    attempt.signal
  })
  placeOrder.onceInTransaction({ ...call, within: new DatabaseSync('receipts.db') }, () => 1)
  // @ts-expect-error another database's transaction
  placeOrder.onceInTransaction({ ...call, within: 'BEGIN' }, () => 1)
})

it('gives back what the handler returns', () => {
  const result = placeOrder.onceInTransaction(call, () => ({ id: 7 }))
  expectTypeOf(result).toEqualTypeOf<Promise<TransactionResult<{ id: number }>>>()
})

it('takes no asynchronous handler on SQLite', () => {
  // @ts-expect-error the transaction would be over before the handler is
  placeOrder.onceInTransaction(call, async () => 1)
  // @ts-expect-error a promise that is returned is no better
  placeOrder.onceInTransaction(call, () => Promise.resolve(1))
})

it('is exclusive: an operation has one way to run', () => {
  // @ts-expect-error a transactional operation has no once
  placeOrder.once(call, () => 1)
  // @ts-expect-error it never has anything to recover
  placeOrder.recoverAbandoned()
  const charge = receipts.operation('charge', { guarantee: 'at-most-once' })
  // @ts-expect-error an effect elsewhere can't be in a transaction
  charge.onceInTransaction(call, () => 1)
  // @ts-expect-error it is defined by transactional()
  receipts.operation('b', { guarantee: 'transactional' })
  // @ts-expect-error a response is sent outside of any transaction
  idempotent(placeOrder, { tenant: () => 't' })
})

it('is there only where the store shares its transactions', () => {
  const inMemory = createReceipts({ store: memoryStore() })
  // @ts-expect-error memory shares none
  inMemory.transactional('place-order', { ttl: '24h' })
  expectTypeOf(receipts).toExtend<Receipts>()
})

it('takes no option that is about leases or abandoned attempts', () => {
  // @ts-expect-error no lease
  receipts.transactional('c', { lease: '30s' })
  // @ts-expect-error nothing is ever abandoned
  receipts.transactional('d', { recover: () => ({ found: 'unknown' }) })
  // @ts-expect-error nothing is ever unknown
  receipts.transactional('e', { classify: () => 'unknown' })
  receipts.transactional('f', { classify: (ended) => (ended.kind === 'threw' ? 'rejected' : undefined) })
})
