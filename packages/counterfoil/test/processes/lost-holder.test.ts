import { expect, it } from 'vitest'
import type { GuaranteeName, Reading } from '../../src/core/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { HEIR_ROUNDS, LEARN_WITHIN_MS } from './counts.ts'
import { figure } from './figure.ts'
import { effectsOf } from './ledger.ts'
import { faultsIn } from './legal.ts'
import { idOf } from './stored.ts'
import type { Answer } from './worker-messages.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

const LEASE_MS = 1000
const HEIRS = 3
const CALLS_EACH = 5

it(`exactly one of those who wait in ${HEIRS} processes takes over from a killed holder, within ${LEARN_WITHIN_MS} ms of its lease's end, in each of ${HEIR_ROUNDS} rounds`, async () => {
  const delaysMs: number[] = []
  for (let round = 0; round < HEIR_ROUNDS; round += 1) {
    const { answers, before, after, effects } = await loseTheHolder('at-least-once')
    expect(answers.filter((answer) => 'replayed' in answer && !answer.replayed)).toHaveLength(1)
    expect(new Set(answers.map(textOf))).toEqual(new Set(['key by attempt 2']))
    expect(effects).toBe(2)
    expect(faultsIn([before, after])).toEqual([])
    delaysMs.push((after.receipt?.claimedAt ?? Number.NaN) - leaseEndIn(before))
  }
  figure('from the end of a killed holder’s lease to the next claim', delaysMs)
  for (const delayMs of delaysMs) expect(delayMs).toBeLessThan(LEARN_WITHIN_MS)
})

it(`all who wait in ${HEIRS} processes learn within ${LEARN_WITHIN_MS} ms of its lease's end that a killed holder's outcome is unknown, in each of ${HEIR_ROUNDS} rounds`, async () => {
  const delaysMs: number[] = []
  for (let round = 0; round < HEIR_ROUNDS; round += 1) {
    const { answers, before, after, effects, endedAt } = await loseTheHolder('at-most-once')
    expect(new Set(answers.map(textOf))).toEqual(new Set(['outcome_unknown']))
    expect(effects).toBe(1)
    expect(faultsIn([before, after])).toEqual([])
    delaysMs.push(endedAt - leaseEndIn(before))
  }
  figure('from the end of a killed holder’s lease to the last of those who wait', delaysMs)
  for (const delayMs of delaysMs) {
    expect(delayMs).toBeGreaterThanOrEqual(0)
    expect(delayMs).toBeLessThan(LEARN_WITHIN_MS)
  }
})

async function loseTheHolder(guarantee: GuaranteeName): Promise<{
  readonly answers: readonly Answer[]
  readonly before: Reading
  readonly after: Reading
  readonly effects: number
  readonly endedAt: number
}> {
  const { file, ledger } = freshFolder()
  const terms = { file, ledger, guarantee, leaseMs: LEASE_MS }
  const [holder, heirs] = await Promise.all([
    WorkerProcess.start(terms),
    WorkerProcess.startAll(HEIRS, terms),
  ])
  holder.tell({ do: 'call', key: 'key', calls: 1, effectMs: 60_000 })
  await holder.hears('effect')
  const waiting = heirs.map((heir) => heir.callTimed({ key: 'key', calls: CALLS_EACH, effectMs: 50 }))
  await Promise.all(heirs.map((heir) => heir.hearsTimes(CALLS_EACH, 'waiting')))
  holder.signal('SIGKILL')
  await holder.killed()

  const store = sqliteStore(file)
  const before = await store.read(idOf('key'))
  const ends = await Promise.all(waiting)
  const after = await store.read(idOf('key'))
  await store.close()
  await Promise.all(heirs.map((heir) => heir.close()))
  return {
    answers: ends.flatMap(({ answers }) => answers),
    before,
    after,
    effects: effectsOf(ledger, 'key'),
    endedAt: Math.max(...ends.map(({ endedAt }) => endedAt)),
  }
}

function leaseEndIn({ receipt }: Reading): number {
  return receipt?.state === 'in_progress' && receipt.attempt === 1 ? receipt.leaseEndsAt : Number.NaN
}

function textOf(answer: Answer): string {
  return 'value' in answer ? answer.value : answer.code
}
