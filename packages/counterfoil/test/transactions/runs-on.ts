import { describe, expect, it } from 'vitest'
import { OptionInvalid } from '../../src/index.ts'
import { callFor } from './call.ts'
import { type AnyAttempt, orders, receiptsOn } from './ground.ts'
import type { PostgresGround } from './postgres-ground.ts'

/** A handler of which a part runs on after it has ended, as `Promise.all` lets it once another part has failed. */
export function describeRunsOn<Tx>(name: string, prepare: () => Promise<PostgresGround<Tx>>): void {
  describe(`a part of a handler that runs on, on ${name}`, () => {
    it.each(['thrown', 'rejected', 'rejected, then returned'] as const)(
      'writes nothing after the undoing of what was %s',
      async (how) => {
        const ground = await prepare()
        const operation = orders(receiptsOn(ground).receipts)
        let part: Promise<unknown> | undefined
        const soldOut = new Error('sold out')
        const ending = operation.onceInTransaction(callFor('a'), async (tx, attempt) => {
          part = runsOn(ground, tx, attempt).catch((error: unknown) => error)
          if (how !== 'thrown') attempt.rejected()
          if (how !== 'rejected, then returned') throw soldOut
        })
        if (how === 'rejected, then returned') await ending
        else await expect(ending).rejects.toBe(soldOut)
        expect(await part).toBeInstanceOf(OptionInvalid)
        expect(await ground.effects('a')).toBe(0)
        expect(await ground.disagreements()).toEqual([])
      },
    )

    it('writes nothing on a connection that is the pool’s again', async () => {
      const ground = await prepare()
      const operation = orders(receiptsOn(ground).receipts)
      const ended = Promise.withResolvers<void>()
      let part: Promise<unknown> | undefined
      const failing = operation.onceInTransaction(callFor('a'), async (tx, attempt) => {
        part = ended.promise.then(() => ground.effect('a', () => 0)(tx, attempt))
        throw new Error('sold out')
      })
      await expect(failing).rejects.toThrow('sold out')
      ended.resolve()
      await expect(part).rejects.toBeInstanceOf(OptionInvalid)
      expect(await ground.effects('a')).toBe(0)
    })

    it.each([0, 1, 2, 3])(
      'and fails after %i more statements, undoes nothing that the caller is told of',
      async (statements) => {
        const ground = await prepare()
        const operation = orders(receiptsOn(ground).receipts)
        let part: Promise<unknown> | undefined
        const placing = operation.onceInTransaction(callFor('a'), async (tx, attempt) => {
          await ground.effect('a', () => 0)(tx, attempt)
          part = failsAfter(ground, tx, statements).catch((error: unknown) => error)
          return 'placed'
        })
        const end = await placing.then(
          ({ value }) => value,
          () => 'failed',
        )
        await part
        expect(await ground.effects('a')).toBe(end === 'placed' ? 1 : 0)
        expect(await ground.disagreements()).toEqual([])
      },
    )
  })
}

/** Its statements come between the store's own. */
async function runsOn<Tx>(ground: PostgresGround<Tx>, tx: Tx, attempt: AnyAttempt): Promise<void> {
  for (let statement = 0; statement < 3; statement += 1) await ground.exec(tx, 'SELECT 1')
  await ground.effect('a', () => 0)(tx, attempt as never)
}

async function failsAfter<Tx>(ground: PostgresGround<Tx>, tx: Tx, statements: number): Promise<void> {
  for (let statement = 0; statement < statements; statement += 1) await ground.exec(tx, 'SELECT 1')
  await ground.exec(tx, 'INSERT INTO nowhere VALUES (1)')
}
