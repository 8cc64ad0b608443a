import { afterEach, describe, expect, it } from 'vitest'
import {
  ClaimLost,
  type ClaimRequest,
  OperationRedefined,
  OptionInvalid,
  OutcomeNotKept,
  OutcomeUnknown,
  type ReceiptStore,
  receiptId,
  StillInProgress,
  StoredFailure,
  StoreFull,
  StoreUnavailable,
} from '../../src/core/index.ts'
import {
  createReceipts,
  type ReceiptEvent,
  type Receipts,
  type ReceiptsOptions,
} from '../../src/engine/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'

const call = { tenant: 'acme', key: 'order-1', request: { amount: 1 } }
const id = receiptId({ tenant: 'acme', operation: 'op', key: 'order-1' })
const open: Receipts[] = []

function receiptsOn(store: ReceiptStore, options: Partial<ReceiptsOptions> = {}): Receipts {
  const receipts = createReceipts({ store, sweep: 'off', ...options })
  open.push(receipts)
  return receipts
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((receipts) => receipts.close()))
})

/** A handler that ends when it is told to, and tells when it has begun. */
function gate(): { begun: Promise<void>; open: (value: string) => void; handler: () => Promise<string> } {
  const begun = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<string>()
  return {
    begun: begun.promise,
    open: ending.resolve,
    handler: () => {
      begun.resolve()
      return ending.promise
    },
  }
}

/** The store, with some verbs replaced. */
function withVerbs(store: ReceiptStore, verbs: Partial<ReceiptStore>): ReceiptStore {
  return new Proxy(store, {
    get(target, name) {
      const verb: unknown = Reflect.get(name in verbs ? verbs : target, name)
      return typeof verb === 'function' ? verb.bind(name in verbs ? verbs : target) : verb
    },
  })
}

function unreachable(): StoreUnavailable {
  return new StoreUnavailable('test', 'unreachable', 'could not be reached')
}

describe('callers with one key', () => {
  it('cost one claim and at most two reads, however many wait in one process', async () => {
    const store = memoryStore()
    const asked = { claims: 0, reads: 0 }
    const counted = withVerbs(store, {
      claim: (request: ClaimRequest) => {
        asked.claims += 1
        return store.claim(request)
      },
      read: (key: string) => {
        asked.reads += 1
        return store.read(key)
      },
    })
    const holder = gate()
    const held = receiptsOn(store).operation('op', { guarantee: 'at-most-once' }).once(call, holder.handler)
    await holder.begun
    const waiter = receiptsOn(counted).operation('op', { guarantee: 'at-most-once' })
    const waiting = Array.from({ length: 64 }, () => waiter.once(call, () => 'not run'))
    while (asked.reads === 0) await new Promise(setImmediate)
    holder.open('the outcome')
    expect(new Set((await Promise.all(waiting)).map(({ value }) => value))).toEqual(new Set(['the outcome']))
    await held
    expect(asked.claims).toBe(1)
    expect(asked.reads).toBeLessThanOrEqual(2)
  })

  it('are refused at once where the operation says reject, with a true time to retry after', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once', wait: 'reject' })
    const holder = gate()
    const first = operation.once(call, holder.handler)
    await holder.begun
    const refused = await operation.once(call, () => 'not run').catch((error) => error)
    expect(refused).toBeInstanceOf(StillInProgress)
    expect(refused).toMatchObject({ why: 'rejected', retry: 'later' })
    expect(refused.retryAfterMs).toBeGreaterThan(0)
    expect(refused.retryAfterMs).toBeLessThanOrEqual(30_000)
    holder.open('done')
    expect((await first).value).toBe('done')
  })

  it('may wait up to the cap for one receipt, and no more', async () => {
    const options = { guarantee: 'at-most-once', maxWaitersPerReceipt: 2 } as const
    const operation = receiptsOn(memoryStore()).operation('op', options)
    const holder = gate()
    const all = [operation.once(call, holder.handler)]
    await holder.begun
    all.push(
      operation.once(call, () => 'a'),
      operation.once(call, () => 'b'),
    )
    await expect(operation.once(call, () => 'c')).rejects.toMatchObject({ why: 'too_many_waiters' })
    holder.open('done')
    expect((await Promise.all(all)).map(({ value }) => value)).toEqual(['done', 'done', 'done'])
  })

  it('may wait up to the cap in all, and no more', async () => {
    const operation = receiptsOn(memoryStore(), { maxWaiters: 1 }).operation('op', {
      guarantee: 'at-most-once',
    })
    const holder = gate()
    const all = [operation.once(call, holder.handler)]
    await holder.begun
    all.push(operation.once(call, () => 'a'))
    await expect(operation.once(call, () => 'b')).rejects.toMatchObject({ why: 'too_many_waiters' })
    holder.open('done')
    await Promise.all(all)
  })

  it('all get the refusal of the attempt that they waited on, and it is one attempt', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-least-once' })
    let runs = 0
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, () =>
        operation.once(call, async () => {
          runs += 1
          await new Promise(setImmediate)
          throw new RangeError('429')
        }),
      ),
    )
    expect(runs).toBe(1)
    const reasons = results.map((result) => (result.status === 'rejected' ? result.reason : undefined))
    expect(reasons.filter((reason) => reason instanceof RangeError)).toHaveLength(1)
    expect(
      reasons.filter((reason) => reason instanceof StoredFailure && reason.retry === 'later'),
    ).toHaveLength(199)
    await expect(operation.once(call, () => 'later')).resolves.toMatchObject({ value: 'later', attempt: 2 })
  })

  it('stop waiting when they are gone, and an attempt goes on without its caller', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once' })
    const holder = gate()
    const leaving = new AbortController()
    const first = operation.once({ ...call, signal: leaving.signal }, holder.handler)
    await holder.begun
    const second = operation.once({ ...call, signal: leaving.signal }, () => 'not run')
    leaving.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    await expect(second).rejects.toThrow('gone')
    const retry = operation.once(call, () => 'not run')
    holder.open('done')
    await expect(retry).resolves.toMatchObject({ value: 'done', replayed: true })
  })
})

describe('an outcome', () => {
  it('comes back to its first caller as the decoded copy that a retry gets', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once' })
    const first = await operation.once(call, () => ({ at: new Date(0), left: undefined }))
    const retry = await operation.once(call, () => 'not run')
    expect(first.value).toEqual({ at: '1970-01-01T00:00:00.000Z' })
    expect(retry.value).toEqual(first.value)
  })

  it.each([
    ['too_large', () => 'x'.repeat(2_000)],
    ['unencodable', () => 10n],
    ['unencodable', () => new Map([['id', 7]])],
  ])('that is %s is not kept, and never a reason to run again', async (why, handler) => {
    const options = { guarantee: 'at-least-once', maxOutcomeBytes: 1_000 } as const
    const operation = receiptsOn(memoryStore()).operation('op', options)
    expect((await operation.once<unknown>(call, handler)).value).toEqual(handler())
    const retry = operation.once(call, () => 'not run')
    await expect(retry).rejects.toBeInstanceOf(OutcomeNotKept)
    await expect(retry).rejects.toMatchObject({ why })
  })

  it('that the store refuses for its size is settled as not kept', async () => {
    const store = memoryStore()
    const picky = withVerbs(store, {
      settle: (fence, settlement) =>
        settlement.outcome && settlement.outcome.length > 100
          ? Promise.reject(new StoreUnavailable('test', 'too_large', 'takes no outcome of that size'))
          : store.settle(fence, settlement),
    })
    const operation = receiptsOn(picky).operation('op', { guarantee: 'at-most-once' })
    expect(await operation.once(call, () => 'x'.repeat(200))).toMatchObject({ receipt: 'not_kept' })
    await expect(operation.once(call, () => 'not run')).rejects.toMatchObject({ why: 'unstorable' })
  })
})

describe('a settle', () => {
  it('whose answer is lost is sent again, and counts once', async () => {
    const store = memoryStore()
    let sent = 0
    const lossy = withVerbs(store, {
      settle: async (fence, settlement) => {
        sent += 1
        const answer = await store.settle(fence, settlement)
        if (sent === 1) throw unreachable()
        return answer
      },
    })
    const operation = receiptsOn(lossy).operation('op', { guarantee: 'at-most-once' })
    expect(await operation.once(call, () => 'done')).toMatchObject({ value: 'done', receipt: 'settled' })
    expect(sent).toBe(2)
  })

  it('that fails until the lease ends gives the caller its answer, is reported, and is made up for later', async () => {
    const store = memoryStore()
    let down = true
    const events: ReceiptEvent[] = []
    const flaky = withVerbs(store, {
      settle: (fence, settlement) => (down ? Promise.reject(unreachable()) : store.settle(fence, settlement)),
    })
    const settled = Promise.withResolvers<void>()
    const onEvent = (event: ReceiptEvent): void => {
      events.push(event)
      if (event.type === 'settled') settled.resolve()
    }
    const operation = receiptsOn(flaky, { onEvent }).operation('op', {
      guarantee: 'at-most-once',
      lease: '100ms',
    })
    expect(await operation.once(call, () => 'done')).toMatchObject({ value: 'done', receipt: 'unsettled' })
    expect(events.map(({ type }) => type)).toContain('unsettled')
    down = false
    await settled.promise
    await expect(operation.once(call, () => 'not run')).resolves.toMatchObject({
      value: 'done',
      replayed: true,
    })
  })

  it('that comes too late is refused, and the caller gets the winner’s outcome', async () => {
    const store = memoryStore()
    const events: string[] = []
    const slow = receiptsOn(store, { onEvent: ({ type }) => events.push(type) })
    const holder = gate()
    const options = { guarantee: 'at-least-once', lease: '60s' } as const
    const first = slow.operation('op', options).once(call, holder.handler)
    await holder.begun
    await store.age(id, 61_000)
    const winner = await receiptsOn(store)
      .operation('op', options)
      .once(call, () => 'the winner')
    expect(winner).toMatchObject({ value: 'the winner', attempt: 2, replayed: false })
    holder.open('the loser')
    expect(await first).toMatchObject({ value: 'the winner', attempt: 2, replayed: true })
    expect(events).toContain('claim_lost')
  })

  it('that comes too late, with no winner’s outcome to be had, ends in ClaimLost', async () => {
    const store = memoryStore()
    const options = { guarantee: 'at-least-once', lease: '60s', wait: 'reject' } as const
    const holder = gate()
    const first = receiptsOn(store).operation('op', options).once(call, holder.handler)
    await holder.begun
    await store.age(id, 61_000)
    const winner = gate()
    const second = receiptsOn(store).operation('op', options).once(call, winner.handler)
    await winner.begun
    holder.open('the loser')
    await expect(first).rejects.toMatchObject({ code: 'claim_lost', why: 'taken_over' })
    winner.open('late')
    await second
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

describe('a mistake in a call or in an option', () => {
  const receipts = (): Receipts => receiptsOn(memoryStore())
  const untyped = (value: unknown): never => value as never

  it.each([
    ['tll', { guarantee: 'at-most-once', tll: '1h' }],
    ['onFailure', { guarantee: 'at-least-once', onFailure: 'final' }],
    ['lease', { guarantee: 'at-most-once', lease: '20m', maxDuration: '10m' }],
  ])('is refused by the name of the option: %s', (option, options) => {
    expect(() => receipts().operation('op', untyped(options))).toThrow(`The option '${option}'`)
  })

  it('says what it got, and what it takes', () => {
    const wrong = (options: object) => () =>
      receipts().operation('op', untyped({ guarantee: 'at-most-once', ...options }))
    expect(wrong({ lease: '5 minutes' })).toThrow('it is "5 minutes"')
    expect(wrong({ wait: 'rejct' })).toThrow(`say 'reject', or write a number and a unit`)
    expect(() => createReceipts(untyped({ store: memoryStore(), onEvnt: () => undefined }))).toThrow(
      "'onEvnt'",
    )
  })

  it('costs no key: a call without a handler claims nothing', async () => {
    const operation = receipts().operation('op', { guarantee: 'at-most-once' })
    await expect(operation.once(call, untyped(undefined))).rejects.toBeInstanceOf(OptionInvalid)
    expect(await operation.once(call, () => 'ran')).toMatchObject({ value: 'ran', attempt: 1 })
  })
})

describe('an operation', () => {
  it('is itself when defined again with the same options, and an error with others', () => {
    const receipts = receiptsOn(memoryStore())
    const operation = receipts.operation('op', { guarantee: 'at-most-once', ttl: '24h' })
    expect(receipts.operation('op', { guarantee: 'at-most-once', ttl: '1440m' })).toBe(operation)
    expect(() => receipts.operation('op', { guarantee: 'at-most-once', ttl: '1h' })).toThrow(
      OperationRedefined,
    )
    expect(() =>
      receipts.operation('op', { guarantee: 'at-most-once', recover: () => ({ found: 'unknown' }) }),
    ).toThrow("'op' is already defined with another recover")
  })

  it('dedupes only while it runs where it says so, and must say so', async () => {
    const store = memoryStore()
    const receipts = receiptsOn(store)
    expect(() => receipts.operation('a', { guarantee: 'at-most-once', ttl: '5s' })).toThrow('inFlightOnly')
    const operation = receipts.operation('op', { guarantee: 'at-most-once', ttl: 'inFlightOnly', wait: '5s' })
    const holder = gate()
    const first = operation.once(call, holder.handler)
    await holder.begun
    const waiter = operation.once(call, () => 'not run')
    holder.open('one')
    expect([(await first).value, (await waiter).value]).toEqual(['one', 'one'])
    await store.age(id, 5_000)
    expect(await operation.once(call, () => 'two')).toMatchObject({ value: 'two', attempt: 1 })
  })

  it('keeps no key in clear where asked not to', async () => {
    const store = memoryStore()
    const receipts = receiptsOn(store, { hashKeys: true })
    await receipts.operation('op', { guarantee: 'at-most-once' }).once(call, () => 'done')
    expect((await store.read(id)).receipt).toMatchObject({ tenant: 'acme', key: null })
  })

  it('tells callers apart by their credentials where it is given them', async () => {
    const operation = receiptsOn(memoryStore()).operation('op', { guarantee: 'at-most-once' })
    await operation.once({ ...call, credentials: 'a' }, () => 'for a')
    await expect(operation.once({ ...call, credentials: 'b' }, () => 'not run')).rejects.toMatchObject({
      code: 'other_credentials',
    })
  })

  it('compares by the version that a receipt was fingerprinted with, and runs nothing where it does not know it', async () => {
    const store = memoryStore()
    const own = receiptsOn(store).operation('op', { guarantee: 'at-most-once', fingerprint: () => 'same' })
    await own.once(call, () => 'done')
    const builtIn = receiptsOn(store).operation('op', { guarantee: 'at-most-once' })
    await expect(builtIn.once(call, () => 'not run')).rejects.toMatchObject({ code: 'fingerprint_unknown' })
    const back = receiptsOn(store).operation('op', { guarantee: 'at-most-once', fingerprint: () => 'same' })
    expect(await back.once({ ...call, request: 'another' }, () => 'not run')).toMatchObject({ value: 'done' })
  })

  it('runs nothing in a store that is full', async () => {
    const operation = receiptsOn(memoryStore({ maxReceipts: 1 })).operation('op', {
      guarantee: 'at-most-once',
    })
    await operation.once(call, () => 'done')
    await expect(operation.once({ ...call, key: 'another' }, () => 'not run')).rejects.toBeInstanceOf(
      StoreFull,
    )
    expect(await operation.once(call, () => 'not run')).toMatchObject({ value: 'done' })
  })
})

it('sends waiters away when it closes, and lets what runs settle', async () => {
  const store = memoryStore()
  const receipts = createReceipts({ store: withVerbs(store, { close: async () => undefined }) })
  const operation = receipts.operation('op', { guarantee: 'at-most-once' })
  const holder = gate()
  const first = operation.once(call, holder.handler)
  await holder.begun
  const waiter = operation.once(call, () => 'not run')
  const closed = receipts.close()
  await expect(waiter).rejects.toMatchObject({ code: 'receipts_closed' })
  await expect(operation.once(call, () => 'not run')).rejects.toMatchObject({ code: 'receipts_closed' })
  holder.open('done')
  expect((await first).value).toBe('done')
  await closed
  expect((await store.read(id)).receipt?.state).toBe('succeeded')
})
