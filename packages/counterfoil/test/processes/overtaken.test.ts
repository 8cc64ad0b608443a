import { expect, it } from 'vitest'
import { receiptId } from '../../src/core/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { HEIR_ROUNDS, ZOMBIE_ROUNDS } from './counts.ts'
import { effectsOf } from './ledger.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

it(`a zombie's settle is refused, and its caller gets the winner's outcome, in each of ${ZOMBIE_ROUNDS} rounds`, async () => {
  for (let round = 0; round < ZOMBIE_ROUNDS; round += 1) {
    const { file, ledger } = freshFolder()
    const terms = { file, ledger, guarantee: 'at-least-once', leaseMs: 500 } as const
    const [zombie, heir] = await Promise.all([WorkerProcess.start(terms), WorkerProcess.start(terms)])
    const order = { key: 'key', calls: 1, effectMs: 50 }
    const zombieAnswers = zombie.call(order)
    await zombie.hears('effect')
    zombie.signal('SIGSTOP')
    const winner = { value: 'key by attempt 2', attempt: 2 }
    expect(await heir.call(order)).toEqual([{ ...winner, replayed: false }])

    const store = sqliteStore(file)
    const id = receiptId({ tenant: 'acme', operation: 'charge', key: 'key' })
    const settled = await store.read(id)
    zombie.signal('SIGCONT')
    expect(await zombieAnswers).toEqual([{ ...winner, replayed: true }])
    expect((await store.read(id)).receipt).toEqual(settled.receipt)
    expect(effectsOf(ledger, 'key')).toBe(2)
    await store.close()
    await Promise.all([zombie.close(), heir.close()])
  }
})

it(`exactly one of those who wait in three processes takes over from a killed holder, in each of ${HEIR_ROUNDS} rounds`, async () => {
  for (let round = 0; round < HEIR_ROUNDS; round += 1) {
    const { file, ledger } = freshFolder()
    const terms = { file, ledger, guarantee: 'at-least-once', leaseMs: 700 } as const
    const [holder, ...heirs] = await Promise.all(Array.from({ length: 4 }, () => WorkerProcess.start(terms)))
    const holding = holder?.call({ key: 'key', calls: 1, effectMs: 60_000 })
    holding?.catch(() => undefined)
    await holder?.hears('effect')
    const waiting = heirs.map((heir) => heir.call({ key: 'key', calls: 5, effectMs: 50 }))
    await Promise.all(heirs.map((heir) => heir.hears('waiting')))
    holder?.signal('SIGKILL')
    const answers = (await Promise.all(waiting)).flat()
    expect(answers.filter((answer) => 'replayed' in answer && !answer.replayed)).toHaveLength(1)
    expect(new Set(answers.map((answer) => ('value' in answer ? answer.value : answer.code)))).toEqual(
      new Set(['key by attempt 2']),
    )
    expect(effectsOf(ledger, 'key')).toBe(2)
    await Promise.all(heirs.map((heir) => heir.close()))
  }
})
