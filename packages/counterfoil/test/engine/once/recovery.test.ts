import { describe, expect, it } from 'vitest'
import { OptionInvalid, OutcomeUnknown } from '../../../src/core/index.ts'
import type { Receipts } from '../../../src/engine/index.ts'
import { memoryStore } from '../../../src/stores/memory/index.ts'
import { call, receiptsOn } from './receipts.ts'

describe('recovery', () => {
  const unknown = (receipts: Receipts, options: Parameters<Receipts['operation']>[1]) =>
    receipts
      .operation('op', options)
      .once(call, (attempt) => attempt.unknown())
      .catch(() => undefined)

  it('that still does not know backs off, and holds the receipt', async () => {
    let asked = 0
    const receipts = receiptsOn(memoryStore())
    const recover = () => {
      asked += 1
      return { found: 'unknown' } as const
    }
    const options = { guarantee: 'at-most-once', recover } as const
    await unknown(receipts, options)
    const operation = receipts.operation('op', options)
    await expect(operation.once(call, () => 'not run')).rejects.toBeInstanceOf(OutcomeUnknown)
    const again = await operation.once(call, () => 'not run').catch((error) => error)
    expect(again.retryAfterMs).toBeGreaterThan(1_000)
    expect(asked).toBe(1)
  })

  it('that finds that nothing happened clears the doubt, and runs', async () => {
    const receipts = receiptsOn(memoryStore())
    const options = {
      guarantee: 'at-most-once',
      recover: () => ({ found: 'did_not_happen' as const }),
    } as const
    await unknown(receipts, options)
    const result = await receipts.operation('op', options).once(call, () => 'ran')
    expect(result).toMatchObject({ value: 'ran', attempt: 2, replayed: false })
  })

  it('drives what nobody retries to its end by recover', async () => {
    const store = memoryStore()
    const receipts = receiptsOn(store)
    const options = {
      guarantee: 'at-most-once',
      recover: () => ({ found: 'happened' as const, value: 'found' }),
    } as const
    await unknown(receipts, options)
    const operation = receipts.operation('op', options)
    expect(await operation.recoverAbandoned()).toEqual({ ended: 1, held: 0, skipped: 0 })
    expect(await operation.recoverAbandoned()).toEqual({ ended: 0, held: 0, skipped: 0 })
    expect(await operation.once(call, () => 'not run')).toMatchObject({ value: 'found', replayed: true })
  })

  it('runs a kept request again where the guarantee allows, by its timer', async () => {
    const store = memoryStore()
    const rerun = Promise.withResolvers<unknown>()
    const receipts = receiptsOn(store)
    const options = {
      guarantee: 'at-least-once',
      recoverEvery: '20ms',
      keepRequest: {
        rerun: (request: unknown) => {
          rerun.resolve(request)
          return 'run again'
        },
      },
    } as const
    await unknown(receipts, options)
    expect(await rerun.promise).toEqual(call.request)
    expect(await receipts.operation('op', options).once(call, () => 'not run')).toMatchObject({
      value: 'run again',
    })
  })

  it('is refused where nothing could be done', async () => {
    const receipts = receiptsOn(memoryStore())
    const operation = receipts.operation('op', { guarantee: 'at-most-once' })
    await expect(operation.recoverAbandoned()).rejects.toBeInstanceOf(OptionInvalid)
    expect(() => receipts.operation('b', { guarantee: 'at-most-once', recoverEvery: '1m' })).toThrow(
      OptionInvalid,
    )
  })
})
