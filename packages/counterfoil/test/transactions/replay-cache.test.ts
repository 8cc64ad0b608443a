import { expect, it } from 'vitest'
import { callFor } from './call.ts'
import { orders, receiptsOn } from './ground.ts'
import { sqliteGround } from './sqlite-ground.ts'

it('replays from the store where others are replayed from memory too, and nothing that was rolled back', async () => {
  const ground = sqliteGround()
  const { receipts } = receiptsOn(ground, { replayCache: {} })
  await receipts.operation('notify', { guarantee: 'at-least-once' }).once(callFor('a'), () => 1)
  const operation = orders(receipts)
  const run = (then: () => string) => operation.onceInTransaction(callFor('a'), ground.effect('a', then))
  const failing = run(() => {
    throw new Error('out of paper')
  })
  await expect(failing).rejects.toThrow('out of paper')
  expect(await run(() => 'placed')).toMatchObject({ value: 'placed', replayed: false })
  expect(await run(() => 'again')).toMatchObject({ value: 'placed', replayed: true })

  const own = await ground.begin()
  const within = callFor('b', { within: own.tx })
  await operation.onceInTransaction(
    within,
    ground.effect('b', () => 'undone'),
  )
  await own.rollback()
  const retry = operation.onceInTransaction(
    callFor('b'),
    ground.effect('b', () => 'placed'),
  )
  expect(await retry).toMatchObject({ value: 'placed', replayed: false })
  expect(await ground.disagreements()).toEqual([])
})
