import { expect, it } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { ZOMBIE_ROUNDS } from './counts.ts'
import { effectsOf } from './ledger.ts'
import { idOf, rowOf } from './stored.ts'
import type { WorkerTerms } from './worker-messages.ts'
import { freshFolder, WorkerProcess } from './worker-process.ts'

const LEASE_MS = 800

/** Where the zombie is stopped, past its lease: while its effect runs, or at a point that it then goes on from. */
const stops: readonly Exclude<WorkerTerms['stopsAt'], 'in the transaction'>[] = [
  undefined,
  'after-effect',
  'during-settle',
]

it.each(stops.map((stopsAt) => ({ stopsAt, where: stopsAt ?? 'while its effect runs' })))(
  `a zombie stopped $where can't settle, and its caller gets the winner's outcome, in each of ${ZOMBIE_ROUNDS} rounds`,
  async ({ stopsAt }) => {
    for (let round = 0; round < ZOMBIE_ROUNDS; round += 1) await overtake(stopsAt)
  },
)

async function overtake(stopsAt: WorkerTerms['stopsAt']): Promise<void> {
  const { file, ledger } = freshFolder()
  const terms = { file, ledger, guarantee: 'at-least-once', leaseMs: LEASE_MS } as const
  const [zombie, heir] = await Promise.all([
    WorkerProcess.start(stopsAt ? { ...terms, stopsAt } : terms),
    WorkerProcess.start(terms),
  ])
  const zombieAnswers = zombie.call({ key: 'key', calls: 1, effectMs: stopsAt ? 1 : 60_000 })
  await zombie.hears('effect')
  if (stopsAt === undefined) zombie.signal('SIGSTOP')

  const winner = { value: 'key by attempt 2', attempt: 2 }
  expect(await heir.call({ key: 'key', calls: 1, effectMs: 1 })).toEqual([{ ...winner, replayed: false }])
  const settled = rowOf(file, idOf('key'))

  zombie.signal('SIGCONT')
  zombie.tell({ do: 'go on' })
  expect(await zombieAnswers).toEqual([{ ...winner, replayed: true }])
  expect(rowOf(file, idOf('key'))).toEqual(settled)
  await zombie.hears('claim_lost')
  // The fence keeps the receipt; what the zombie had begun outside has happened all the same.
  expect(effectsOf(ledger, 'key')).toBe(2)
  await Promise.all([zombie.close(), heir.close()])
}

it('a settle that comes late, but before anybody took over, is accepted', async () => {
  const { file, ledger } = freshFolder()
  const terms = { file, ledger, guarantee: 'at-most-once', leaseMs: LEASE_MS } as const
  const [sleeper, other] = await Promise.all([
    WorkerProcess.start({ ...terms, stopsAt: 'during-settle' }),
    WorkerProcess.start(terms),
  ])
  const answers = sleeper.call({ key: 'key', calls: 1, effectMs: 1 })
  await sleeper.hears('effect')
  expect(await other.call({ key: 'key', calls: 1, effectMs: 1 })).toEqual([{ code: 'outcome_unknown' }])
  sleeper.signal('SIGCONT')
  const outcome = { value: 'key by attempt 1', attempt: 1 }
  expect(await answers).toEqual([{ ...outcome, replayed: false }])
  expect(await other.call({ key: 'key', calls: 1, effectMs: 1 })).toEqual([{ ...outcome, replayed: true }])
  expect(effectsOf(ledger, 'key')).toBe(1)
  const store = sqliteStore(file)
  expect((await store.stats()).places).toMatchObject({ succeeded: 1, abandoned: 0, in_progress: 0 })
  await store.close()
  await Promise.all([sleeper.close(), other.close()])
})
