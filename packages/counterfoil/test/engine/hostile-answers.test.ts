import { describe, expect, it, vi } from 'vitest'
import { type ReceiptStore, StoreUnavailable } from '../../src/core/index.ts'
import type { Attempt, OperationOptions } from '../../src/engine/index.ts'
import { elapsedClock, nodeRuntime } from '../../src/engine/runtime.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'
import { call, id, receiptsOn } from './once/receipts.ts'

// What a user's functions, a store and a clock may answer, and what must not come of it.

/** An operation whose first attempt doesn't know what it did. */
async function inDoubt(options: Partial<OperationOptions>) {
  const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once', ...options })
  await operation.once(call, (attempt) => attempt.unknown()).catch(() => undefined)
  return operation
}

describe('a recovery', () => {
  it('that says that its own attempt executed nothing says nothing of the work that comes after it', async () => {
    const operation = await inDoubt({
      recover: (_receipt, attempt) => {
        attempt.notExecuted()
        return { found: 'did_not_happen' }
      },
    })
    expect(await operation.once(call, () => 'charged')).toMatchObject({ value: 'charged', attempt: 2 })
    expect(await operation.once(call, () => 'charged twice')).toMatchObject({
      value: 'charged',
      replayed: true,
    })
  })

  it('that says unknown() of its own attempt does not know', async () => {
    const operation = await inDoubt({
      recover: (_receipt, attempt) => {
        attempt.unknown()
        return { found: 'did_not_happen' }
      },
    })
    await expect(operation.once(call, () => 'not run')).rejects.toMatchObject({ code: 'outcome_unknown' })
  })

  it.each([undefined, null, true, { found: 'did-not-happen' }, { found: false }])(
    'that answers %o does not know, and its caller is told what an answer is',
    async (answer) => {
      const operation = await inDoubt({ recover: () => answer as never })
      const error = await operation.once(call, () => 'not run').catch((reason) => reason)
      expect(error).toMatchObject({ code: 'outcome_unknown', standing: 'held' })
      expect(error.cause.message).toContain('recover must answer')
    },
  )
})

describe('classify', () => {
  it.each(['released', null, true])(
    'that answers %o judges nothing: the effect is unknown',
    async (answer) => {
      const classify = () => answer as never
      const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once', classify })
      await expect(operation.once(call, () => 'ran')).rejects.toMatchObject({ code: 'outcome_unknown' })
    },
  )

  it('that rejects harms nobody', async () => {
    const classify = (() => Promise.reject(new Error('too late'))) as never
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once', classify })
    await expect(operation.once(call, () => 'ran')).rejects.toMatchObject({ code: 'outcome_unknown' })
  })
})

describe('a handler', () => {
  it('may throw what throws when it is looked at: that is a failure, and settled', async () => {
    const declined = Object.defineProperty(new Error('declined'), 'code', {
      get() {
        throw new TypeError('no response')
      },
    })
    const store = memoryStore()
    const operation = receiptsOn(store).operation('op', { guarantee: 'at-most-once' })
    await expect(operation.once(call, () => Promise.reject(declined))).rejects.toBe(declined)
    expect((await store.read(id)).receipt).toMatchObject({ state: 'failed', retryable: false })
  })

  it('whose call to another operation ended in doubt is in doubt itself', async () => {
    const receipts = receiptsOn(memoryStore())
    const inner = receipts.operation('inner', { guarantee: 'at-most-once' })
    const outer = receipts.operation('op', { guarantee: 'at-most-once' })
    const first = outer.once(call, () => inner.once(call, (attempt) => attempt.unknown()))
    await expect(first).rejects.toMatchObject({ code: 'outcome_unknown', operation: 'op' })
  })
})

describe('a step', () => {
  function failingOnce(store: ReceiptStore): ReceiptStore {
    let left = 1
    return new Proxy(store, {
      get(target, name) {
        const verb: unknown = Reflect.get(target, name)
        if (name === 'saveStep' && left-- > 0) {
          return () => Promise.reject(new StoreUnavailable('test', 'locked', 'is locked'))
        }
        return typeof verb === 'function' ? verb.bind(target) : verb
      },
    })
  }

  it('whose result could not be kept leaves its attempt in doubt, and no failure to be charged again for', async () => {
    const operation = receiptsOn(failingOnce(memoryStore())).operation('op', { guarantee: 'at-most-once' })
    const first = operation.once(call, (attempt) => attempt.step('charge', () => 'ch_1'))
    await expect(first).rejects.toMatchObject({ code: 'outcome_unknown' })
  })

  it('that is tried again by its handler is kept, and not run again', async () => {
    const operation = receiptsOn(failingOnce(memoryStore())).operation('op', { guarantee: 'at-most-once' })
    let charges = 0
    const result = await operation.once(call, async (attempt) => {
      const charge = () => attempt.step('charge', () => ++charges)
      return charge().catch(charge)
    })
    expect(result).toMatchObject({ value: 1, receipt: 'settled' })
    expect(charges).toBe(1)
  })

  it('does not begin once the claim is lost', async () => {
    const store = memoryStore()
    const operation = receiptsOn(store).operation('op', { guarantee: 'at-least-once', lease: '90ms' })
    let ran = false
    const first = operation.once(call, async (attempt) => {
      await new Promise((resolve) => {
        attempt.signal.addEventListener('abort', resolve)
        void store.age(id, 1000).then(() =>
          receiptsOn(store)
            .operation('op', { guarantee: 'at-least-once' })
            .once(call, () => 'winner'),
        )
      })
      await attempt.step('charge', () => {
        ran = true
      })
    })
    await expect(first).resolves.toMatchObject({ value: 'winner', replayed: true })
    expect(ran).toBe(false)
  })

  it('has a derived key of its own, whatever its name', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once' })
    const names = ['\ud800', '\ud801', '\ufffd', '', '"', '\\"', '1', '0']
    const keys = (attempt: Attempt) => names.map((name) => attempt.keyFor(name))
    const { value } = await operation.once(call, keys)
    expect(new Set(value).size).toBe(names.length)
  })
})

describe('a listener', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('metrics are down'))],
    [
      'throws what is no Error',
      () => {
        throw Object.create(null)
      },
    ],
  ])('that %s harms nobody but itself', async (_name, onEvent) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const operation = receiptsOn(memoryStore(), { onEvent }).operation('op', { guarantee: 'at-most-once' })
    expect(await operation.once(call, () => 'done')).toMatchObject({ value: 'done' })
    await new Promise(setImmediate)
    expect(warn).toHaveBeenCalled()
    warn.mockRestore()
  })
})

it('gives a claim back at once that was won for a caller who had left', async () => {
  const store = memoryStore()
  const operation = receiptsOn(store).operation('op', { guarantee: 'at-most-once' })
  const leaving = new AbortController()
  const gone = operation.once({ ...call, signal: leaving.signal }, () => 'not run')
  leaving.abort(new Error('gone'))
  await expect(gone).rejects.toThrow('gone')
  // No timer: the process may be about to end.
  await new Promise(setImmediate)
  const { receipt } = await store.read(id)
  expect(receipt === undefined || (receipt.state === 'failed' && receipt.retryable)).toBe(true)
})

describe('the clock of a lease', () => {
  it('does not run ahead for being read often', () => {
    let now = 0
    const elapsed = elapsedClock({
      ...nodeRuntime,
      monotonicMs: () => now,
      wallMs: () => Math.floor(now) + (Math.floor(now) % 2) * 5,
    })
    for (let reading = 0; reading < 10_000; reading += 1) {
      now += 0.1
      elapsed()
    }
    expect(elapsed()).toBeCloseTo(1000, 3)
  })

  it('counts the time for which the machine was suspended, and forgets that the wall clock was set back', () => {
    let [monotonic, wall] = [0, 0]
    const elapsed = elapsedClock({ ...nodeRuntime, monotonicMs: () => monotonic, wallMs: () => wall })
    const pass = (byMonotonic: number, byWall: number): number => {
      monotonic += byMonotonic
      wall += byWall
      return elapsed()
    }
    expect(pass(100, 100)).toBe(100)
    expect(pass(0, 5_000)).toBe(5_100)
    expect(pass(50, -60_000)).toBe(5_150)
    expect(pass(0, 1_000)).toBe(6_150)
  })
})
