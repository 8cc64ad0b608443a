import { describe, expect, it } from 'vitest'
import type { Pace } from '../../../src/core/index.ts'
import { OperationRedefined, OptionInvalid } from '../../../src/index.ts'
import { orders, type Prepare, receiptsOn } from '../ground.ts'

/** An operation is transactional, or it is not. */
export function describeDefinition<Tx, P extends Pace>(name: string, prepare: Prepare<Tx, P>): void {
  describe(`onceInTransaction on ${name}`, () => {
    it('is one of two ways to define an operation, under one name', async () => {
      const ground = await prepare()
      const { receipts } = receiptsOn(ground)
      orders(receipts)
      expect(() => receipts.operation('place-order', { guarantee: 'at-most-once' })).toThrow(
        OperationRedefined,
      )
      expect(() => orders(receipts, { ttl: '1h' })).toThrow(OperationRedefined)
      expect(() => orders(receipts)).not.toThrow()
      expect(() => receipts.operation('b', { guarantee: 'transactional' as 'at-most-once' })).toThrow(
        'transactional()',
      )
      expect(() => orders(receipts, { lease: '1s' } as object)).toThrow(OptionInvalid)
    })
  })
}
