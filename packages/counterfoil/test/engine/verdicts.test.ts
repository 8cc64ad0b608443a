import { describe, expect, test } from 'vitest'
import { type Attempt, OutcomeUnknown, StoredFailure, type Verdict } from '../../src/index.ts'
import { call, follow, idOf, OPERATION, World } from './world.ts'

type Handler = (attempt: Attempt) => unknown

/** What a handler's end comes to under both guarantees: the receipt, and the next call's number if it runs. */
async function cameTo(
  handler: Handler,
  guarantee: 'at-most-once' | 'at-least-once',
  classify?: () => Verdict | undefined,
): Promise<{ first: unknown; stored: string; next: unknown }> {
  const world = new World()
  const operation = world
    .process()
    .receipts.operation(OPERATION, { guarantee, ...(classify && { classify }) })
  const first = follow(operation.once(call(), handler))
  await world.pass(0)
  const { receipt } = await world.store.read(idOf())
  const retry = follow(operation.once(call(), ({ number }) => `ran as ${number}`))
  await world.pass(0)
  const state = receipt?.state === 'failed' ? (receipt.retryable ? 'released' : 'failed') : receipt?.state
  return {
    first: 'error' in first ? first.error : first.value?.value,
    stored: String(state),
    next: 'error' in retry ? retry.error : retry.value?.value,
  }
}

const failing: Handler = () => {
  throw new Error('declined')
}

describe('what a handler comes to', () => {
  test('a thrown error is final at most once: its caller gets the very error, and retries get what is stored', async () => {
    const { first, stored, next } = await cameTo(failing, 'at-most-once')
    expect(first).toMatchObject({ message: 'declined' })
    expect(first).not.toBeInstanceOf(StoredFailure)
    expect(stored).toBe('failed')
    expect(next).toBeInstanceOf(StoredFailure)
    expect(next).toMatchObject({
      standing: 'final',
      retry: 'never',
      failure: { name: 'Error', message: 'declined', code: null },
    })
  })

  test('a thrown error is released at least once: a retry runs again', async () => {
    const { stored, next } = await cameTo(failing, 'at-least-once')
    expect([stored, next]).toEqual(['released', 'ran as 2'])
  })

  test.each(['at-most-once', 'at-least-once'] as const)(
    'what was not executed is released, whatever it returns or throws: %s',
    async (guarantee) => {
      const threw = await cameTo((attempt) => {
        attempt.notExecuted()
        return failing(attempt)
      }, guarantee)
      expect([threw.stored, threw.next]).toEqual(['released', 'ran as 2'])
      const returned = await cameTo((attempt) => {
        attempt.notExecuted()
        return 'busy'
      }, guarantee)
      expect([returned.first, returned.stored, returned.next]).toEqual(['busy', 'released', 'ran as 2'])
    },
  )

  test('what is unknown is abandoned at once: held at most once, run again at least once', async () => {
    const unknown: Handler = (attempt) => {
      attempt.notExecuted()
      attempt.unknown()
      attempt.notExecuted()
      return 'maybe'
    }
    const held = await cameTo(unknown, 'at-most-once')
    expect(held.first).toMatchObject({ code: 'outcome_unknown', attempt: 1, retryAfterMs: null })
    expect(held.stored).toBe('in_progress')
    expect(held.next).toMatchObject({ code: 'outcome_unknown', attempt: 1 })
    const again = await cameTo(unknown, 'at-least-once')
    expect(again.next).toBe('ran as 2')
  })

  const timeOut = new DOMException('too slow', 'TimeoutError')
  const reset = Object.assign(new Error('read'), { code: 'ECONNRESET' })
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  test.each([
    ['a time-out', timeOut],
    ['an aborted call', new DOMException('stopped', 'AbortError')],
    ['a connection reset', reset],
    ['a refused connection, since the handler may have reached somebody else before', refused],
    [
      'a time-out in its causes',
      new TypeError('fetch failed', { cause: new Error('inner', { cause: timeOut }) }),
    ],
    ['a connection reset in its causes', new TypeError('fetch failed', { cause: reset })],
    ['a socket closed under undici', Object.assign(new Error('closed'), { code: 'UND_ERR_SOCKET' })],
  ])('%s is unknown, with the error as the cause', async (_, error) => {
    const { first, next } = await cameTo(() => {
      throw error
    }, 'at-most-once')
    expect(first).toBeInstanceOf(OutcomeUnknown)
    expect(first).toMatchObject({ cause: error })
    expect(next).toBeInstanceOf(OutcomeUnknown)
  })

  test.each([
    ['text', 'just text'],
    ['nothing', undefined],
    ['null', null],
    [
      'an endless chain of causes',
      Object.defineProperty(new Error('loop'), 'cause', {
        get(this: Error) {
          return this
        },
      }),
    ],
  ])('%s is a failure like any other', async (_, error) => {
    const { first, next } = await cameTo(() => {
      throw error
    }, 'at-most-once')
    expect(first).toBe(error)
    expect(next).toBeInstanceOf(StoredFailure)
  })

  test('a call that was stopped by its own signal is unknown, whatever it throws', async () => {
    const world = new World()
    const operation = world
      .process()
      .receipts.operation(OPERATION, { guarantee: 'at-most-once', lease: '3s', maxDuration: '3s' })
    const first = follow(
      operation.once(
        call(),
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
      ),
    )
    await world.pass(3000)
    expect(first.error).toBeInstanceOf(OutcomeUnknown)
  })
})

describe('classify', () => {
  test.each([
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['rejected', 'failed'],
    ['not_executed', 'released'],
    ['unknown', 'in_progress'],
  ] as const)('overrides the judgement of a thrown error: %s', async (verdict, state) => {
    const { stored } = await cameTo(failing, 'at-most-once', () => verdict)
    expect(stored).toBe(state)
  })

  test('makes a refusal final under a guarantee that would release a failure', async () => {
    const { stored, next } = await cameTo(failing, 'at-least-once', () => 'rejected')
    expect(stored).toBe('failed')
    expect(next).toMatchObject({ code: 'stored_failure', standing: 'final' })
  })

  test('leaves to the default what it has no opinion on', async () => {
    const { stored } = await cameTo(failing, 'at-least-once', () => undefined)
    expect(stored).toBe('released')
  })

  test('that calls a thrown error a success leaves retries no hope that they run again', async () => {
    const { next } = await cameTo(failing, 'at-most-once', () => 'succeeded')
    expect(next).toMatchObject({ code: 'stored_failure', standing: 'final', retry: 'never' })
  })

  test('gives way to what the attempt itself has said', async () => {
    const { stored } = await cameTo(
      (attempt) => {
        attempt.notExecuted()
        return failing(attempt)
      },
      'at-most-once',
      () => 'succeeded',
    )
    expect(stored).toBe('released')
  })

  test('that throws leaves the effect unknown', async () => {
    const broken = new Error('classify is broken')
    const { first } = await cameTo(
      () => 'paid',
      'at-most-once',
      () => {
        throw broken
      },
    )
    expect(first).toMatchObject({ code: 'outcome_unknown', cause: broken })
  })
})

test('a refusal while older doubt stands leaves the receipt abandoned, and answers its callers all the same', async () => {
  const world = new World()
  const operation = world.process().receipts.operation<string>(OPERATION, { guarantee: 'at-least-once' })
  follow(
    operation.once(call(), (attempt) => {
      attempt.unknown()
      return 'maybe'
    }),
  )
  await world.pass(0)
  const second = follow(operation.once(call(), failing as () => string))
  const third = follow(operation.once(call(), failing as () => string))
  await world.pass(0)
  expect(second.error).toMatchObject({ message: 'declined' })
  expect(third.error).toMatchObject({ code: 'stored_failure', standing: 'released', attempt: 2 })
  expect((await world.store.read(idOf())).receipt).toMatchObject({
    state: 'in_progress',
    givenUp: { as: 'in_doubt' },
  })
})
