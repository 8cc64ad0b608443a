import { describe, expect, it } from 'vitest'
import { ClaimLost, OutcomeUnknown } from '../../../src/core/index.ts'
import { memoryStore } from '../../../src/stores/memory/index.ts'
import { call, receiptsOn } from './receipts.ts'
import { withVerbs } from './with-verbs.ts'

describe('what a handler says of its attempt', () => {
  it('releases under every guarantee what was not executed', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once' })
    const refused = operation.once(call, (attempt) => {
      attempt.notExecuted()
      throw new RangeError('busy')
    })
    await expect(refused).rejects.toThrow(RangeError)
    await expect(operation.once(call, () => 'ran')).resolves.toMatchObject({ attempt: 2, value: 'ran' })
  })

  it.each([
    ['a time-out', () => AbortSignal.timeout(0).reason ?? new DOMException('late', 'TimeoutError')],
    [
      'a broken connection, below other errors',
      () => new Error('x', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
    ],
  ])('takes %s for unknown', async (_name, error) => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once' })
    const broken = operation.once(call, () => Promise.reject(error()))
    await expect(broken).rejects.toBeInstanceOf(OutcomeUnknown)
    await expect(operation.once(call, () => 'not run')).rejects.toBeInstanceOf(OutcomeUnknown)
  })

  it('is outweighed by nothing but classify where it said nothing', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', {
      guarantee: 'at-least-once',
      classify: (ended) => (ended.kind === 'threw' ? 'rejected' : undefined),
    })
    await expect(operation.once(call, () => Promise.reject(new RangeError('bad')))).rejects.toThrow(
      RangeError,
    )
    const retry = operation.once(call, () => 'not run')
    await expect(retry).rejects.toMatchObject({ code: 'stored_failure', standing: 'final' })
  })

  it('keeps a derived key until the downstream has refused, and then changes it', async () => {
    const operation = receiptsOn(memoryStore(), { secret: 's' }).operation('op', {
      guarantee: 'at-least-once',
    })
    const keys: string[] = []
    const attempt = (refused: boolean) =>
      operation
        .once(call, async (running) => {
          keys.push(running.keyFor('charge'))
          expect(running.keyFor('mail')).not.toBe(running.keyFor('charge'))
          if (refused) await running.refused('charge')
          throw new Error('again')
        })
        .catch(() => undefined)
    await attempt(false)
    await attempt(true)
    await attempt(false)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('resumes after its recorded steps', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-least-once' })
    let charges = 0
    const run = (fails: boolean) =>
      operation.once(call, async (attempt) => {
        const charge = await attempt.step('charge', () => ({ id: `ch_${++charges}` }))
        if (fails) throw new Error('after the charge')
        return charge.id
      })
    await expect(run(true)).rejects.toThrow('after the charge')
    await expect(run(false)).resolves.toMatchObject({ value: 'ch_1', attempt: 2 })
    expect(charges).toBe(1)
  })
})

describe('a lease', () => {
  it('is renewed while the handler runs, and its signal fires at the maximum duration', async () => {
    const store = memoryStore()
    let renewals = 0
    const counted = withVerbs(store, {
      renew: (fence, leaseMs) => {
        renewals += 1
        return store.renew(fence, leaseMs)
      },
    })
    const options = { guarantee: 'at-most-once', lease: '60ms', maxDuration: '250ms' } as const
    const operation = receiptsOn(counted).operation('op', options)
    const stopped = operation.once(call, ({ signal }) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    })
    const error = await stopped.catch((reason) => reason)
    expect(error).toBeInstanceOf(OutcomeUnknown)
    expect(error.cause).toBeInstanceOf(ClaimLost)
    expect(error.cause.why).toBe('max_duration')
    expect(renewals).toBeGreaterThanOrEqual(3)
  })
})
