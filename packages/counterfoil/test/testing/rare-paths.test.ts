import { expect, it } from 'vitest'
import { OutcomeUnknown } from '../../src/core/index.ts'
import { createReceipts } from '../../src/engine/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { alwaysAbandon, alwaysReplay, expectReceipt } from '../../src/testing/index.ts'

const call = { tenant: 'acme', key: 'order-1', request: { amount: 1 } }

it('gives every caller of an always-replayed operation what a retry gets', async () => {
  const receipts = createReceipts({ store: memoryStore() })
  const operation = alwaysReplay(receipts.operation('op', { guarantee: 'at-most-once' }))
  let runs = 0
  const { value, replayed } = await operation.once(call, () => ({ at: new Date(0), runs: ++runs }))
  expect({ value, replayed }).toEqual({ value: { at: '1970-01-01T00:00:00.000Z', runs: 1 }, replayed: true })
  await receipts.close()
})

it('does not call a second time what failed the first time', async () => {
  const receipts = createReceipts({ store: memoryStore() })
  const operation = alwaysReplay(receipts.operation('op', { guarantee: 'at-least-once' }))
  let runs = 0
  const failing = operation.once(call, () => {
    runs += 1
    throw new RangeError('declined')
  })
  await expect(failing).rejects.toThrow(RangeError)
  expect(runs).toBe(1)
  await receipts.close()
})

it('re-runs every first attempt of an always-abandoned operation whose guarantee allows it', async () => {
  const receipts = createReceipts({ store: memoryStore() })
  const operation = alwaysAbandon(receipts.operation('op', { guarantee: 'at-least-once' }))
  const predecessors: string[] = []
  const result = await operation.once(call, (attempt) => {
    predecessors.push(attempt.predecessor)
    return 'done'
  })
  expect(result).toMatchObject({ value: 'done', attempt: 2, replayed: false })
  expect(predecessors).toEqual(['none', 'abandoned'])
  await receipts.close()
})

it('asks recover about every first attempt of an always-abandoned operation that has one', async () => {
  const receipts = createReceipts({ store: memoryStore() })
  const operation = alwaysAbandon(
    receipts.operation('op', {
      guarantee: 'at-most-once',
      recover: () => ({ found: 'happened', value: 'as the downstream says' }),
    }),
  )
  let runs = 0
  const result = await operation.once(call, () => {
    runs += 1
    return 'as the handler says'
  })
  expect(result).toMatchObject({ value: 'as the downstream says', replayed: true })
  expect(runs).toBe(1)
  await receipts.close()
})

it('holds every first attempt of an always-abandoned operation that is at most once', async () => {
  const receipts = createReceipts({ store: memoryStore() })
  const operation = alwaysAbandon(receipts.operation('op', { guarantee: 'at-most-once' }))
  await expect(operation.once(call, () => 'done')).rejects.toThrow(OutcomeUnknown)
  await receipts.close()
})

it('tells where a receipt is not as expected', async () => {
  const store = memoryStore()
  const receipts = createReceipts({ store })
  const scopedKey = { tenant: 'acme', operation: 'op', key: 'order-1' }
  await receipts.operation('op', { guarantee: 'at-most-once' }).once(call, () => ({ id: 7 }))
  await expectReceipt(store, scopedKey, { place: 'succeeded', attempt: 1, value: { id: 7 } })
  await expect(expectReceipt(store, scopedKey, { value: { id: 8 } })).rejects.toThrow(
    `the receipt of 'op' was expected with value {"id":8}, and has {"id":7}`,
  )
  await expect(expectReceipt(store, { ...scopedKey, key: 'other' }, { place: 'succeeded' })).rejects.toThrow(
    'was expected with place "succeeded", and has "absent"',
  )
  await receipts.close()
})
