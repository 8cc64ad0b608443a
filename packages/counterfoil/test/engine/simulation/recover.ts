import type { Attempt, Found } from '../../../src/index.ts'
import type { Machine } from './machine.ts'
import type { Run } from './run.ts'

/** Tells what really happened, or that it doesn't know. */
export function recover(run: Run, machine: Machine, id: string, attempt: Attempt): Promise<Found<string>> {
  const { plan, random, books } = run
  const claim = books.claimOf(attempt.fence)
  if (claim) claim.used = true
  const ms = run.calm ? 5 : random.pick([0, 10, 200, plan.leaseMs * 2])
  return new Promise((resolve, reject) => {
    machine.runtime.after(
      ms,
      () => {
        const forgets = plan.recovery === 'forgetful' && !run.calm && random.int(2) === 0
        if (forgets && random.int(3) === 0) reject(new Error('the downstream did not answer'))
        else resolve(forgets ? { found: 'unknown' } : books.truthOf(id))
      },
      'keep_alive',
    )
  })
}
