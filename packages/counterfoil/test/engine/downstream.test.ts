import { describe, expect, test } from 'vitest'
import { type Attempt, ClaimLost } from '../../src/index.ts'
import { call, follow, idOf, OPERATION, Work, World } from './world.ts'

const AGAIN = { guarantee: 'at-least-once', lease: '3s' } as const

/** Runs one attempt that does this and then fails, so that the next may run. */
async function failingAttempt(
  world: World,
  work: (attempt: Attempt) => unknown,
  key = 'order 1',
  secret?: string,
): Promise<void> {
  const process = world.process(secret === undefined ? {} : { secret })
  const done = follow(
    process.receipts.operation(OPERATION, AGAIN).once(call(key), async (attempt) => {
      await work(attempt)
      throw new Error('again')
    }),
  )
  await world.pass(100)
  expect(done.error).toMatchObject({ message: 'again' })
}

describe('a derived key', () => {
  test('is the same in every attempt and every process while the call’s outcome is unknown', async () => {
    const world = new World()
    const keys: string[] = []
    await failingAttempt(world, (attempt) => keys.push(attempt.keyFor('charge'), attempt.keyFor('charge')))
    await failingAttempt(world, (attempt) => keys.push(attempt.keyFor('charge')))
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[\w-]{43}$/)
  })

  test('is the same again after the store has forgotten the receipt', async () => {
    const keys: string[] = []
    for (const world of [new World(), new World()]) {
      await failingAttempt(world, (attempt) => keys.push(attempt.keyFor('charge')))
    }
    expect(keys[0]).toBe(keys[1])
  })

  test('differs by step, by key and by secret', async () => {
    const world = new World()
    const keys: string[] = []
    const take = (attempt: Attempt) => keys.push(attempt.keyFor('charge'), attempt.keyFor('mail'))
    await failingAttempt(world, take)
    await failingAttempt(world, take, 'order 2')
    await failingAttempt(world, take, 'order 1', 'a secret')
    expect(new Set(keys).size).toBe(6)
  })

  test('is another in the next attempt once its downstream has refused, and once however often that is said', async () => {
    const world = new World()
    const keys: string[] = []
    await failingAttempt(world, async (attempt) => {
      keys.push(attempt.keyFor('charge'), attempt.keyFor('mail'))
      await attempt.refused('charge')
      await attempt.refused('charge')
      keys.push(attempt.keyFor('charge'))
    })
    await failingAttempt(world, (attempt) => keys.push(attempt.keyFor('charge'), attempt.keyFor('mail')))
    expect(keys[2]).toBe(keys[0])
    expect(keys[3]).not.toBe(keys[0])
    expect(keys[4]).toBe(keys[1])
    expect((await world.store.read(idOf())).receipt?.generations).toEqual({ charge: 1 })
  })

  test('may be of a step with any name', async () => {
    const world = new World()
    const keys: string[] = []
    const take = async (attempt: Attempt): Promise<void> => {
      keys.push(attempt.keyFor('__proto__'), attempt.keyFor('constructor'))
      await attempt.refused('__proto__')
    }
    await failingAttempt(world, take)
    await failingAttempt(world, take)
    expect(keys[2]).not.toBe(keys[0])
    expect(keys[3]).toBe(keys[1])
  })

  test('keeps its generation where another attempt has taken over: refused says so', async () => {
    const world = new World()
    const operation = world.process().receipts.operation<string>(OPERATION, AGAIN)
    const zombie = new Work()
    follow(operation.once(call(), zombie.handler))
    await world.pass(0)
    await world.store.age(idOf(), 10_000)
    follow(world.process().receipts.operation<string>(OPERATION, AGAIN).once(call(), new Work().handler))
    await world.pass(0)
    const refused = follow(zombie.attempt.refused('charge'))
    await world.pass(0)
    expect(refused.error).toBeInstanceOf(ClaimLost)
    expect(zombie.attempt.signal.aborted).toBe(true)
    expect((await world.store.read(idOf())).receipt?.generations).toEqual({})
  })
})

describe('a step', () => {
  test('that was recorded is not run again: a later attempt gets its result', async () => {
    const world = new World()
    let charged = 0
    const results: unknown[] = []
    const charge = async (attempt: Attempt): Promise<void> => {
      results.push(await attempt.step('charge', () => ({ charge: ++charged })))
      results.push(await attempt.step('nothing', () => undefined))
    }
    await failingAttempt(world, charge)
    await failingAttempt(world, charge)
    expect(charged).toBe(1)
    expect(results).toEqual([{ charge: 1 }, undefined, { charge: 1 }, undefined])
  })

  test('runs once however often one attempt asks for it at a time', async () => {
    const world = new World()
    let charged = 0
    await failingAttempt(world, async (attempt) => {
      const twice = [1, 2].map(() => attempt.step('charge', () => ++charged))
      expect(await Promise.all(twice)).toEqual([1, 1])
    })
    expect(charged).toBe(1)
  })

  test('gives the decoded copy of its result from the first run on', async () => {
    await failingAttempt(new World(), async (attempt) => {
      expect(await attempt.step('charge', () => new Date(0))).toBe('1970-01-01T00:00:00.000Z')
    })
  })

  test('does not run under a name that a store could not keep', async () => {
    const world = new World()
    let ran = 0
    await failingAttempt(world, async (attempt) => {
      const refused = attempt.step('é'.repeat(128), () => ++ran)
      await expect(refused).rejects.toMatchObject({ code: 'option_invalid', option: 'step' })
      expect(await attempt.step(`${'é'.repeat(127)}e`, () => ++ran)).toBe(1)
    })
  })

  test('that failed may be tried again, by the same attempt and by the next', async () => {
    const world = new World()
    let tries = 0
    const flaky = (): number => {
      tries += 1
      if (tries % 2 === 1) throw new Error(`try ${tries}`)
      return tries
    }
    await failingAttempt(world, async (attempt) => {
      await expect(attempt.step('charge', flaky)).rejects.toThrow('try 1')
      expect(await attempt.step('charge', flaky)).toBe(2)
    })
    await failingAttempt(world, async (attempt) => {
      expect(await attempt.step('charge', flaky)).toBe(2)
    })
  })

  test('may be tried again after the store would not say what was recorded', async () => {
    const world = new World()
    await failingAttempt(world, (attempt) => attempt.step('charge', () => 'paid'))
    const process = world.process()
    process.fates.readSteps = [{ fault: 'request_lost' }]
    const done = follow(
      process.receipts.operation(OPERATION, AGAIN).once(call(), async (attempt) => {
        const charge = () => attempt.step('charge', () => 'paid twice')
        return charge().catch(charge)
      }),
    )
    await world.pass(0)
    expect(done.value?.value).toBe('paid')
  })

  test('of an attempt that was overtaken is not recorded, and says so', async () => {
    const world = new World()
    const zombie = new Work()
    follow(world.process().receipts.operation<string>(OPERATION, AGAIN).once(call(), zombie.handler))
    await world.pass(0)
    await world.store.age(idOf(), 10_000)
    const winner = new Work()
    follow(world.process().receipts.operation<string>(OPERATION, AGAIN).once(call(), winner.handler))
    await world.pass(0)
    const late = follow(zombie.attempt.step('charge', () => 'the zombie’s'))
    await world.pass(0)
    expect(late.error).toBeInstanceOf(ClaimLost)
    const step = follow(winner.attempt.step('charge', () => 'the winner’s'))
    await world.pass(0)
    expect(step.value).toBe('the winner’s')
  })

  test('costs a first attempt no reading', async () => {
    const world = new World()
    const process = world.process()
    follow(
      process.receipts.operation(OPERATION, AGAIN).once(call(), (attempt) => attempt.step('charge', () => 1)),
    )
    await world.pass(0)
    expect(process.link.calls).toMatchObject({ claim: 1, readSteps: 0, saveStep: 1, settle: 1 })
  })
})
