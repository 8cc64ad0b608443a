import { describe, expect, it } from 'vitest'
import type { GuaranteeName } from '../../src/core/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { LEARN_WITHIN_MS } from './counts.ts'
import { effectsOf } from './ledger.ts'
import { idOf, rowOf } from './stored.ts'
import type { Answer, WorkerTerms } from './worker-messages.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

// The SQLite store's clock is the wall clock of the process that decides, kept from running backwards by a
// high-water mark in the file. What that tolerates, and what it doesn't, is said at `sqliteStore` and held to here.

const STEP_MS = 60_000
/** How far apart two processes may be that both go by the mark: `MARK_EVERY_MS` of the store. */
const MARK_EVERY_MS = 1000

const quick = { key: 'key', calls: 1, effectMs: 1 }
const held = { key: 'key', calls: 1, effectMs: 60_000 }
const inProgress: Answer = { code: 'still_in_progress' }
const ran = (attempt: number): Answer => ({ value: `key by attempt ${attempt}`, replayed: false, attempt })
const replay = (attempt: number): Answer => ({ ...ran(attempt), replayed: true })

describe('a step of the clock backwards', () => {
  it('lets nobody take over from a holder that lives', async () => {
    const { ledger, holder, rival } = await holderAndRival({ leaseMs: 30_000, wait: 'reject' })
    const answers = holder.call(held)
    await holder.hears('effect')
    for (const worker of [holder, rival]) worker.tell({ do: 'step the clock', byMs: -STEP_MS })
    expect(await rival.call(quick)).toEqual([inProgress])
    holder.tell({ do: 'go on' })
    expect(await answers).toEqual([ran(1)])
    expect(await rival.call(quick)).toEqual([replay(1)])
    expect(effectsOf(ledger, 'key')).toBe(1)
    await Promise.all([holder.close(), rival.close()])
  })

  it('makes the lease of a dead holder no longer', async () => {
    const leaseMs = 1000
    const { holder, rival } = await holderAndRival({ leaseMs })
    holder.tell({ do: 'call', ...held })
    await holder.hears('effect')
    const waiting = rival.call(quick)
    await rival.hears('waiting')
    for (const worker of [holder, rival]) worker.tell({ do: 'step the clock', byMs: -STEP_MS })
    holder.signal('SIGKILL')
    await holder.killed()
    const killedAt = performance.now()
    expect(await waiting).toEqual([ran(2)])
    expect(performance.now() - killedAt).toBeLessThan(leaseMs + MARK_EVERY_MS + LEARN_WITHIN_MS)
    await rival.close()
  })
})

describe('a step of the clock forwards', () => {
  it('ends a lease that much early, and the holder that was overtaken cannot settle', async () => {
    const { file, ledger, holder, rival } = await holderAndRival({ leaseMs: 30_000 })
    const answers = holder.call(held)
    await holder.hears('effect')
    for (const worker of [holder, rival]) worker.tell({ do: 'step the clock', byMs: STEP_MS })
    expect(await rival.call(quick)).toEqual([ran(2)])
    const settled = rowOf(file, idOf('key'))
    holder.tell({ do: 'go on' })
    expect(await answers).toEqual([replay(2)])
    expect(rowOf(file, idOf('key'))).toEqual(settled)
    expect(effectsOf(ledger, 'key')).toBe(2)
    await Promise.all([holder.close(), rival.close()])
  })

  it('runs nothing twice that is at most once, and the holder still settles', async () => {
    const { ledger, holder, rival } = await holderAndRival({ leaseMs: 30_000, guarantee: 'at-most-once' })
    const answers = holder.call(held)
    await holder.hears('effect')
    for (const worker of [holder, rival]) worker.tell({ do: 'step the clock', byMs: STEP_MS })
    expect(await rival.call(quick)).toEqual([{ code: 'outcome_unknown' }])
    holder.tell({ do: 'go on' })
    expect(await answers).toEqual([ran(1)])
    expect(await rival.call(quick)).toEqual([replay(1)])
    expect(effectsOf(ledger, 'key')).toBe(1)
    await Promise.all([holder.close(), rival.close()])
  })
})

describe('a process whose clock is not that of the others', () => {
  it('goes by the mark in the file if it is behind, so that its lease counts for them', async () => {
    const { file, ledger, holder, rival } = await holderAndRival({
      leaseMs: 30_000,
      wait: 'reject',
      holderAheadMs: -STEP_MS,
    })
    const before = Date.now()
    await rival.call({ ...quick, key: 'leaves a mark' })
    const answers = holder.call(held)
    await holder.hears('effect')
    const after = Date.now()
    expect(await rival.call(quick)).toEqual([inProgress])

    const store = sqliteStore(file)
    const { receipt } = await store.read(idOf('key'))
    await store.close()
    expect(receipt?.claimedAt).toBeGreaterThanOrEqual(before - MARK_EVERY_MS)
    expect(receipt?.claimedAt).toBeLessThanOrEqual(after + 1)

    holder.tell({ do: 'go on' })
    expect(await answers).toEqual([ran(1)])
    expect(effectsOf(ledger, 'key')).toBe(1)
    await Promise.all([holder.close(), rival.close()])
  })

  it('takes the others along if it is ahead, and then they agree on whose lease lives', async () => {
    const { ledger, holder, rival } = await holderAndRival({
      leaseMs: 30_000,
      wait: 'reject',
      rivalAheadMs: STEP_MS,
    })
    await rival.call({ ...quick, key: 'leaves a mark' })
    const answers = holder.call(held)
    await holder.hears('effect')
    expect(await rival.call(quick)).toEqual([inProgress])
    holder.tell({ do: 'go on' })
    expect(await answers).toEqual([ran(1)])
    expect(await rival.call(quick)).toEqual([replay(1)])
    expect(effectsOf(ledger, 'key')).toBe(1)
    await Promise.all([holder.close(), rival.close()])
  })
})

async function holderAndRival({
  guarantee = 'at-least-once',
  holderAheadMs = 0,
  rivalAheadMs = 0,
  ...terms
}: Pick<WorkerTerms, 'leaseMs' | 'wait'> & {
  readonly guarantee?: GuaranteeName
  readonly holderAheadMs?: number
  readonly rivalAheadMs?: number
}): Promise<{ file: string; ledger: string; holder: WorkerProcess; rival: WorkerProcess }> {
  const folder = freshFolder()
  const [holder, rival] = await Promise.all([
    WorkerProcess.start({ ...folder, ...terms, guarantee, clockAheadMs: holderAheadMs }),
    WorkerProcess.start({ ...folder, ...terms, guarantee, clockAheadMs: rivalAheadMs }),
  ])
  return { ...folder, holder, rival }
}
