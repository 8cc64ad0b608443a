import { describe, expect, test } from 'vitest'
import { type Found, type OperationOptions, OptionInvalid, OutcomeUnknown } from '../../src/index.ts'
import { call, follow, idOf, OPERATION, type Process, Work, World } from './world.ts'

const HOLD = { guarantee: 'at-most-once', lease: '3s' } as const
const RERUN = { guarantee: 'at-least-once', lease: '3s' } as const

/** A world in which attempt 1 of a key was abandoned, and its process is gone. */
async function abandoned(
  options: OperationOptions<string>,
  key = 'order 1',
): Promise<{ world: World; process: Process }> {
  const world = new World()
  const dying = world.process()
  follow(dying.receipts.operation<string>(OPERATION, options).once(call(key), new Work().handler))
  await world.pass(0)
  dying.machine.crash()
  await world.pass(3001)
  return { world, process: world.process() }
}

describe('an abandoned receipt', () => {
  test('is held where the guarantee does not re-run and nobody can find out: only an operator helps', async () => {
    const { world, process } = await abandoned(HOLD)
    const work = new Work()
    const retry = follow(process.receipts.operation<string>(OPERATION, HOLD).once(call(), work.handler))
    await world.pass(0)
    expect(retry.error).toBeInstanceOf(OutcomeUnknown)
    expect(retry.error).toMatchObject({ attempt: 1, retryAfterMs: null })
    expect(work.attempts).toHaveLength(0)
  })

  test('is run again where the guarantee does, and the attempt is told of its predecessor', async () => {
    const { world, process } = await abandoned(RERUN)
    const work = new Work()
    const retry = follow(process.receipts.operation<string>(OPERATION, RERUN).once(call(), work.handler))
    await world.pass(0)
    expect(work.attempt).toMatchObject({ number: 2, predecessor: 'abandoned' })
    work.return('paid')
    await world.pass(0)
    expect(retry.value).toMatchObject({ value: 'paid', attempt: 2 })
  })

  test.each([
    ['at-most-once', HOLD],
    ['at-least-once', RERUN],
  ] as const)(
    'that recover says happened is settled with that outcome, and nothing runs: %s',
    async (_, guarantee) => {
      const options = {
        ...guarantee,
        recover: (): Found<string> => ({ found: 'happened', value: 'paid before' }),
      }
      const { world, process } = await abandoned(options)
      const work = new Work()
      const retry = follow(process.receipts.operation<string>(OPERATION, options).once(call(), work.handler))
      await world.pass(0)
      expect(retry.value).toEqual({ value: 'paid before', replayed: true, attempt: 2, receipt: 'settled' })
      expect(work.attempts).toHaveLength(0)
      expect(process.told).toEqual(['claimed', 'recovered', 'settled', 'replayed'])
    },
  )

  test('that recover says did not happen is run under the same claim, and its doubt is cleared', async () => {
    const options = { ...HOLD, recover: (): Found<string> => ({ found: 'did_not_happen' }) }
    const { world, process } = await abandoned(options)
    const work = new Work()
    follow(process.receipts.operation<string>(OPERATION, options).once(call(), work.handler))
    await world.pass(0)
    expect(work.attempt.number).toBe(2)
    work.attempt.notExecuted()
    work.throw(new Error('not now'))
    await world.pass(0)
    expect((await world.store.read(idOf())).receipt).toMatchObject({
      state: 'failed',
      retryable: true,
      doubtSince: null,
    })
  })

  const ignorant: readonly [string, () => Found<string>][] = [
    ['says that it does not know', () => ({ found: 'unknown' })],
    [
      'throws',
      () => {
        throw new Error('the downstream is away')
      },
    ],
  ]
  test.each(ignorant)('is held on, and backs off, where recover %s', async (_, recover) => {
    const options = { ...HOLD, recover }
    const { world, process } = await abandoned(options)
    const work = new Work()
    const operation = process.receipts.operation<string>(OPERATION, options)
    const retry = follow(operation.once(call(), work.handler))
    await world.pass(0)
    expect(retry.error).toBeInstanceOf(OutcomeUnknown)
    const { retryAfterMs } = retry.error as OutcomeUnknown
    expect(retryAfterMs).toBeGreaterThanOrEqual(3750)
    expect(retryAfterMs).toBeLessThanOrEqual(6250)
    expect(work.attempts).toHaveLength(0)
    await world.pass(1000)
    const tooSoon = follow(operation.once(call(), work.handler))
    await world.pass(0)
    expect(tooSoon.error).toMatchObject({
      code: 'outcome_unknown',
      retryAfterMs: (retryAfterMs as number) - 1000,
    })
    await world.pass(retryAfterMs as number)
    const next = follow(operation.once(call(), work.handler))
    await world.pass(0)
    // Twice as long, give or take a quarter.
    expect((next.error as OutcomeUnknown).retryAfterMs).toBeGreaterThanOrEqual(7500)
    expect((next.error as OutcomeUnknown).retryAfterMs).toBeLessThanOrEqual(12_500)
  })

  test('is run in spite of doubt where recover does not know and the guarantee re-runs', async () => {
    const options = { ...RERUN, recover: (): Found<string> => ({ found: 'unknown' }) }
    const { world, process } = await abandoned(options)
    const retry = follow(process.receipts.operation<string>(OPERATION, options).once(call(), () => 'paid'))
    await world.pass(0)
    expect(retry.value).toMatchObject({ value: 'paid', attempt: 2 })
  })

  test('goes to its caller unsettled where recover found its outcome and the store will not take it', async () => {
    const options = { ...HOLD, recover: (): Found<string> => ({ found: 'happened', value: 'paid before' }) }
    const { world, process } = await abandoned(options)
    process.fates.settle = Array.from({ length: 50 }, () => ({ fault: 'request_lost' as const }))
    const retry = follow(
      process.receipts.operation<string>(OPERATION, options).once(call(), () => 'paid twice'),
    )
    await world.pass(3100)
    expect(retry.value).toEqual({ value: 'paid before', replayed: true, attempt: 2, receipt: 'unsettled' })
  })

  test('is not run by a recovery that has outlasted its lease: that counts as not knowing', async () => {
    const slow = Promise.withResolvers<Found<string>>()
    const options = { ...HOLD, maxDuration: '3s', wait: '20s', recover: () => slow.promise } as const
    const { world, process } = await abandoned(options)
    const work = new Work()
    const retry = follow(process.receipts.operation<string>(OPERATION, options).once(call(), work.handler))
    await world.pass(3500)
    expect(retry.error).toBeInstanceOf(OutcomeUnknown)
    expect(retry.error).toMatchObject({ standing: 'held', cause: { why: 'max_duration' } })
    slow.resolve({ found: 'did_not_happen' })
    await world.pass(5000)
    expect(work.attempts).toHaveLength(0)
  })
})

describe('recoverAbandoned', () => {
  test('drives each receipt that nobody retries to its end by recover, and says how many', async () => {
    const options = {
      ...HOLD,
      recover: (receipt: { key: string | null }): Found<string> =>
        receipt.key === 'a'
          ? { found: 'happened', value: 'paid' }
          : { found: receipt.key === 'b' ? 'did_not_happen' : 'unknown' },
    }
    const world = new World()
    const dying = world.process()
    for (const key of ['a', 'b', 'c']) {
      follow(dying.receipts.operation<string>(OPERATION, options).once(call(key), new Work().handler))
    }
    await world.pass(0)
    dying.machine.crash()
    await world.pass(3001)
    const report = follow(world.process().receipts.operation<string>(OPERATION, options).recoverAbandoned())
    await world.pass(0)
    expect(report.value).toEqual({ ended: 2, held: 1, skipped: 0 })
    expect((await world.store.read(idOf('a'))).receipt).toMatchObject({ state: 'succeeded' })
    expect((await world.store.read(idOf('b'))).receipt).toMatchObject({ state: 'failed', retryable: true })
    expect((await world.store.read(idOf('c'))).receipt).toMatchObject({
      state: 'in_progress',
      givenUp: { as: 'in_doubt' },
    })
  })

  test('passes over what this process is still at, and nothing that it is done with', async () => {
    const options = { ...HOLD, recover: (): Found<string> => ({ found: 'happened', value: 'paid' }) }
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, options)
    const work = new Work()
    follow(operation.once(call(), work.handler))
    await world.pass(0)
    work.attempt.unknown()
    work.return('paid, or not')
    await world.pass(3001)
    const report = follow(operation.recoverAbandoned())
    await world.pass(0)
    expect(report.value).toEqual({ ended: 1, held: 0, skipped: 0 })
  })

  test('waits as long past the lapse as the operation says', async () => {
    const options = {
      ...HOLD,
      recoverAfter: '5s',
      recover: (): Found<string> => ({ found: 'did_not_happen' }),
    } as const
    const { world, process } = await abandoned(options)
    const operation = process.receipts.operation<string>(OPERATION, options)
    await world.pass(4000)
    const tooSoon = follow(operation.recoverAbandoned())
    await world.pass(0)
    expect(tooSoon.value?.ended).toBe(0)
    await world.pass(1000)
    const then = follow(operation.recoverAbandoned())
    await world.pass(0)
    expect(then.value?.ended).toBe(1)
  })

  test('runs the kept request again where the guarantee re-runs', async () => {
    const ran: unknown[] = []
    const options: OperationOptions<string> = {
      ...RERUN,
      keepRequest: {
        rerun: (request, attempt) => {
          ran.push([request, attempt.number])
          return 'paid'
        },
      },
    }
    const { world, process } = await abandoned(options)
    const operation = process.receipts.operation<string>(OPERATION, options)
    const report = follow(operation.recoverAbandoned())
    await world.pass(0)
    expect(report.value).toEqual({ ended: 1, held: 0, skipped: 0 })
    expect(ran).toEqual([[{ amount: 1 }, 2]])
    const retry = follow(operation.once(call(), () => 'paid twice'))
    await world.pass(0)
    expect(retry.value).toMatchObject({ value: 'paid', replayed: true })
  })

  test('runs however many kept requests there are, and holds few of them in memory at a time', async () => {
    const options: OperationOptions<string> = { ...RERUN, keepRequest: { rerun: () => 'paid' } }
    const world = new World()
    const dying = world.process()
    const keys = Array.from({ length: 250 }, (_, n) => `order ${n}`)
    for (const key of keys) {
      follow(dying.receipts.operation<string>(OPERATION, options).once(call(key), new Work().handler))
    }
    await world.pass(0)
    dying.machine.crash()
    await world.pass(3001)
    const process = world.process()
    const report = follow(process.receipts.operation<string>(OPERATION, options).recoverAbandoned())
    await world.pass(0)
    expect(report.value).toEqual({ ended: 250, held: 0, skipped: 0 })
  })

  test('holds what it may not run again', async () => {
    const rerun = () => 'paid twice'
    const { world, process } = await abandoned({ ...HOLD, keepRequest: { rerun } })
    // A deployment has loosened the guarantee since: the stricter one decides.
    const operation = process.receipts.operation<string>(OPERATION, { ...RERUN, keepRequest: { rerun } })
    const report = follow(operation.recoverAbandoned())
    await world.pass(0)
    expect(report.value).toEqual({ ended: 0, held: 1, skipped: 0 })
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'in_progress', attempt: 1 })
  })

  test('holds a receipt that turned out to be stricter when it was claimed', async () => {
    const rerun = () => 'paid twice'
    const { world, process } = await abandoned({ ...RERUN, keepRequest: { rerun } })
    const operation = process.receipts.operation<string>(OPERATION, { ...RERUN, keepRequest: { rerun } })
    process.fates.claim = [{ sendMs: 4000 }]
    const report = follow(operation.recoverAbandoned())
    await world.pass(0)
    // Between the look and the claim a stricter process recovers it, and dies too.
    const dying = world.process()
    const stricter = { ...HOLD, recover: () => new Promise<never>(() => undefined) }
    follow(dying.receipts.operation<string>(OPERATION, stricter).once(call(), new Work().handler))
    await world.pass(0)
    dying.machine.crash()
    await world.pass(5000)
    expect(report.value).toEqual({ ended: 0, held: 1, skipped: 0 })
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'in_progress', attempt: 3 })
  })

  test('leaves alone what a call here is at already', async () => {
    const options = { ...RERUN, recover: (): Found<string> => ({ found: 'unknown' }) }
    const { world, process } = await abandoned(options)
    const operation = process.receipts.operation<string>(OPERATION, options)
    const work = new Work()
    process.fates.claim = [{ sendMs: 100 }]
    follow(operation.once(call(), work.handler))
    const report = follow(operation.recoverAbandoned())
    await world.pass(200)
    expect(report.value).toEqual({ ended: 0, held: 0, skipped: 1 })
  })

  test('leaves to others what they are at', async () => {
    const options = { ...HOLD, recover: (): Found<string> => ({ found: 'did_not_happen' }) }
    const { world, process } = await abandoned(options)
    process.fates.claim = [{ sendMs: 100 }]
    const report = follow(process.receipts.operation<string>(OPERATION, options).recoverAbandoned())
    await world.pass(10)
    follow(world.process().receipts.operation<string>(OPERATION, options).once(call(), new Work().handler))
    await world.pass(200)
    expect(report.value).toEqual({ ended: 0, held: 0, skipped: 1 })
  })

  test('goes by a timer of the engine, and stops with it', async () => {
    const options = {
      ...HOLD,
      recoverEvery: '10s',
      recover: (): Found<string> => ({ found: 'happened', value: 'paid' }),
    } as const
    const { world, process } = await abandoned(options)
    process.receipts.operation<string>(OPERATION, options)
    await world.pass(15_000)
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'succeeded' })
    const closed = follow(process.receipts.close())
    await world.pass(0)
    expect(closed.ended).toBe(true)
    expect(process.machine.timers).toBe(0)
  })

  test('reports a timer’s recovery that the store failed, and goes on', async () => {
    const options = {
      ...HOLD,
      recoverEvery: '10s',
      recover: (): Found<string> => ({ found: 'happened', value: 'paid' }),
    } as const
    const { world, process } = await abandoned(options)
    process.fates.findAbandoned = [{ fault: 'request_lost' }]
    process.receipts.operation<string>(OPERATION, options)
    await world.pass(40_000)
    expect(process.told[0]).toBe('recovery_failed')
    expect((await world.store.read(idOf())).receipt).toMatchObject({ state: 'succeeded' })
  })

  test('is refused where the operation can do nothing', async () => {
    const process = new World().process()
    const operation = process.receipts.operation<string>(OPERATION, HOLD)
    await expect(operation.recoverAbandoned()).rejects.toBeInstanceOf(OptionInvalid)
    const define = (options: OperationOptions<string>) => () =>
      process.receipts.operation<string>('other', options)
    expect(define({ ...HOLD, recoverEvery: '1m' })).toThrow(OptionInvalid)
    expect(define({ ...RERUN, recoverEvery: '1m' })).toThrow(OptionInvalid)
    // A kept request helps nobody under a guarantee that never runs it again.
    expect(define({ ...HOLD, recoverEvery: '1m', keepRequest: { rerun: () => 'paid' } })).toThrow(
      OptionInvalid,
    )
  })
})
