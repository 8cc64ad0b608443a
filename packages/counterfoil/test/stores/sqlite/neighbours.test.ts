import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { fenceOf } from '../../../src/core/index.ts'
import { MAX_BATCH } from '../../../src/stores/sqlite/batch-size.ts'
import { storeClock } from '../../../src/stores/sqlite/clock.ts'
import { openConnection } from '../../../src/stores/sqlite/connection.ts'
import { faultOf as faultOfError } from '../../../src/stores/sqlite/faults.ts'
import { type Transactions, writeTogether } from '../../../src/stores/sqlite/transaction.ts'
import { requestWith, retryOf } from '../../../src/testing/requests.ts'
import { claimed, faultOf, newPath, openAt, outcome, strangerAt } from './a-file.ts'

describe('writes that travel together', () => {
  it('are answered one by one: of many claims to few keys, each key is claimed once', async () => {
    const store = openAt(newPath())
    const keys = Array.from({ length: 40 }, () => requestWith())
    const claims = keys.flatMap((first) => Array.from({ length: 10 }, () => store.claim(retryOf(first))))
    expect(claims.length).toBeGreaterThan(3 * MAX_BATCH)
    const kinds = (await Promise.all(claims)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(40)
    expect(kinds.filter((kind) => kind === 'in_progress')).toHaveLength(360)
  })

  it('keep every outcome its own, byte for byte', async () => {
    const store = openAt(newPath())
    const firsts = Array.from({ length: 60 }, () => requestWith())
    await Promise.all(
      firsts.map(async (first, index) => {
        const fence = await claimed(store, first)
        // A view into Node's shared pool, as handlers' small buffers are.
        await store.settle(fence, { as: 'succeeded', outcome: Buffer.from(`outcome ${index}`) })
      }),
    )
    for (const [index, first] of firsts.entries()) {
      const { receipt } = await store.read(first.id)
      const stored = receipt?.state === 'succeeded' ? receipt.outcome : null
      expect(Buffer.from(stored ?? []).toString()).toBe(`outcome ${index}`)
    }
  })

  it('do not share the failure of one of them', async () => {
    const path = newPath()
    const store = openAt(path)
    const firsts = Array.from({ length: 20 }, () => requestWith())
    const fences = await Promise.all(firsts.map((first) => claimed(store, first)))
    refuseOutcome(path, 'poison')
    const settles = await Promise.allSettled(
      fences.map((fence, index) =>
        store.settle(fence, { as: 'succeeded', outcome: index === 7 ? Buffer.from('poison') : outcome }),
      ),
    )
    expect(settles.map(({ status }) => status).indexOf('rejected')).toBe(7)
    expect(settles.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    const { places } = await store.stats()
    expect(places).toMatchObject({ succeeded: 19, in_progress: 1 })
    expect(
      (await faultOf(store.settle(fences[7] as never, { as: 'succeeded', outcome: Buffer.from('poison') })))
        .message,
    ).not.toContain('poison')
  })

  it('are all unmade where the transaction fails, and then made one by one', () => {
    const by = transactionsAt(newPath())
    const [large, small] = [requestWith(), requestWith()]
    const results = writeTogether(by, [
      { do: 'claim', request: small },
      { do: 'claim', request: { ...large, request: new Uint8Array(20_000) } },
      { do: 'claim', request: retryOf(small) },
    ])
    const [first, second, third] = results
    expect(first).toMatchObject({ answer: { kind: 'claimed', receipt: { attempt: 1 } } })
    expect(third).toMatchObject({ answer: { kind: 'in_progress', attempt: 1 } })
    const { error } = second as { error: unknown }
    expect(faultOfError(error, { path: 'x', busyTimeoutMs: 0 }).fault).toBe('too_large')
    expect(by.connection.tables.read(large.id)).toBeUndefined()
  })

  it('are rejected when the worker is lost, and made by the next one when sent again', async () => {
    const path = newPath()
    const store = openAt(path)
    const born = once(process, 'worker') as unknown as Promise<[Worker]>
    const firsts = Array.from({ length: 10 }, () => requestWith())
    const lost = Promise.allSettled(firsts.map((first) => store.claim(first)))
    const [worker] = await born
    const stranger = strangerAt(path)
    stranger.exec('BEGIN IMMEDIATE')
    await worker.terminate()
    for (const result of await lost) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'store_unavailable', fault: 'failed' },
      })
    }
    stranger.exec('ROLLBACK')
    const again = await Promise.all(firsts.map((first) => store.claim(first)))
    expect(again.map(({ kind }) => kind)).toEqual(firsts.map(() => 'claimed'))
  })
})

describe('a crash during a settle', () => {
  it('leaves the receipt as it was, and the same settle sent again is made', async () => {
    const path = newPath()
    let crash = true
    const store = openAt(path, {
      reach: (point) => {
        if (crash && point === 'during-settle') throw new Error('crashed here')
      },
    })
    const first = requestWith()
    const fence = await claimed(store, first)
    await expect(store.settle(fence, { as: 'succeeded', outcome })).rejects.toThrow('crashed here')
    expect((await openAt(path).read(first.id)).receipt?.state).toBe('in_progress')
    crash = false
    expect(await store.settle(fence, { as: 'succeeded', outcome })).toMatchObject({
      kind: 'settled',
      receipt: { state: 'succeeded' },
    })
  })
})

describe('a key that was forgotten', () => {
  it('is claimed as a new incarnation, which never meets the steps of the old one', async () => {
    const path = newPath()
    const store = openAt(path)
    const first = requestWith()
    const fence = await claimed(store, first)
    await store.saveStep(fence, 'reserve\0d', outcome)
    await store.settle(fence, { as: 'succeeded', outcome })
    await store.age(first.id, first.keyRetentionMs + first.ttlMs)
    const again = await store.claim(retryOf(first))
    if (again.kind !== 'claimed') throw new Error(again.kind)
    expect(again.receipt).toMatchObject({ attempt: 1, predecessor: 'none' })
    expect(fenceOf(again.receipt).incarnation).not.toBe(fence.incarnation)
    expect(await store.readSteps(first.id, fence.incarnation)).toEqual(new Map())
    expect(strangerAt(path).prepare('SELECT count(*) AS n FROM counterfoil_steps').get()).toEqual({ n: 0 })
    expect(await store.settle(fence, { as: 'failed', outcome })).toEqual({ kind: 'lost' })
  })
})

function transactionsAt(path: string): Transactions {
  const clock = storeClock()
  const connection = openConnection(path, clock)
  connection.database.limits.length = 10_000
  return { connection, clock, begin: () => void connection.begin.run() }
}

function refuseOutcome(path: string, text: string): void {
  strangerAt(path).exec(`
    CREATE TRIGGER poison BEFORE UPDATE ON counterfoil_receipts WHEN new.outcome = CAST('${text}' AS BLOB)
    BEGIN SELECT RAISE(ABORT, 'refused: ${text}'); END`)
}
